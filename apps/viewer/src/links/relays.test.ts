import { describe, expect, it } from "vitest";
import { ownRelay, parseRelays, relayNamed } from "./relays.ts";

const A = { name: "wss://a.example", url: "wss://a.example/ws/viewer" };
const B = { name: "https://b.example/x/", url: "wss://b.example/x/ws/viewer" };

describe("a page's relays", () => {
  it("are those that it was built for, the first where a link names none", () => {
    const relays = parseRelays(" wss://a.example ,https://b.example/x/");
    expect(relays).toEqual([A, B]);
    expect(relayNamed(relays, undefined)).toEqual(A);
  });

  it("are found by the name to the letter, and by no other", () => {
    const relays = parseRelays("wss://a.example,https://b.example/x/");
    expect(relayNamed(relays, "wss://a.example")).toEqual(A);
    expect(relayNamed(relays, "https://b.example/x/")).toEqual(B);
    for (const other of [
      "",
      "a.example",
      "wss://a.example/",
      "WSS://a.example",
      "https://a.example",
      "wss://a.example.evil",
      "wss://b.example",
      "wss://a.example,https://b.example/x/",
      "__proto__",
    ]) {
      expect(relayNamed(relays, other)).toBeUndefined();
    }
  });

  it("are the page's own server where none are named", () => {
    expect(ownRelay("http://localhost:8000")).toEqual([
      { name: "http://localhost:8000", url: "ws://localhost:8000/ws/viewer" },
    ]);
  });

  it("cannot be what is no address, or the same one twice", () => {
    for (const bad of ["", "wss://a.example,", "a.example", "wss://a.example?token=x"]) {
      expect(() => parseRelays(bad)).toThrow(/URL|none belongs/);
    }
    expect(() => parseRelays("wss://a.example,https://a.example/")).toThrow(/twice/);
  });
});
