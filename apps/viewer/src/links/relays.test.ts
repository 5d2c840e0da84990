import { describe, expect, it } from "vitest";
import { ownRelay, parseRelays, relayNamed, viewerUrl } from "./relays.ts";

const A = { name: "wss://a.example", url: "wss://a.example/ws/viewer" };
const B = { name: "https://b.example/x/", url: "wss://b.example/x/ws/viewer" };

describe("a page's relays", () => {
  it("are those that it was built for, and the first serves links without a relay", () => {
    const relays = parseRelays(" wss://a.example ,https://b.example/x/");
    expect(relays).toEqual([A, B]);
    expect(relayNamed(relays, undefined)).toEqual(A);
  });

  it("are found only by their exact name", () => {
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

  it("are the page's own server if it was built for none", () => {
    expect(ownRelay({ origin: "http://localhost:8000", pathname: "/index.html" })).toEqual([
      { name: "http://localhost:8000", url: "ws://localhost:8000/ws/viewer" },
    ]);
    expect(ownRelay({ origin: "https://x.example", pathname: "/screen/" })).toEqual([
      { name: "https://x.example/screen", url: "wss://x.example/screen/ws/viewer" },
    ]);
  });

  it("must be valid addresses without duplicates", () => {
    for (const bad of ["", "wss://a.example,", "a.example", "wss://a.example?token=x"]) {
      expect(() => parseRelays(bad)).toThrow(/URL|none belongs/);
    }
    expect(() => parseRelays("wss://a.example,https://a.example/")).toThrow(/twice/);
  });
});

describe("viewerUrl", () => {
  it("makes a WebSocket address of any of the four schemes", () => {
    expect(viewerUrl("https://relay.example")).toBe("wss://relay.example/ws/viewer");
    expect(viewerUrl("http://localhost:8000/")).toBe("ws://localhost:8000/ws/viewer");
    expect(viewerUrl("wss://relay.example/ws/viewer")).toBe("wss://relay.example/ws/viewer");
    expect(viewerUrl("ws://h/behind/proxy/")).toBe("ws://h/behind/proxy/ws/viewer");
  });

  it("refuses other URLs, and those with parts that a log could keep", () => {
    for (const bad of ["relay.example", "ftp://h", "", "localhost:8000", "javascript:1"]) {
      expect(() => viewerUrl(bad)).toThrow(/URL/);
    }
    for (const bad of ["https://h?token=x", "https://h#x", "https://u:p@h"]) {
      expect(() => viewerUrl(bad)).toThrow(/none belongs/);
    }
  });
});
