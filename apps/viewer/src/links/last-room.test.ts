import { describe, expect, it } from "vitest";
import { keepLastRoom, readLastRoom } from "./last-room.ts";

const kept = (text: string | null) =>
  readLastRoom(() => ({ getItem: () => text, setItem: () => {} }));

describe("the last room", () => {
  it("is read as it was stored", () => {
    let text: string | null = null;
    const storage = () => ({
      getItem: () => text,
      setItem: (_: string, value: string) => {
        text = value;
      },
    });
    expect(readLastRoom(storage)).toBeUndefined();
    keepLastRoom({ room: "demo", relay: "wss://a.example" }, storage);
    expect(readLastRoom(storage)).toEqual({ room: "demo", relay: "wss://a.example" });
  });

  it("is undefined if something else was stored in its place", () => {
    for (const text of [
      "",
      "{",
      "null",
      "7",
      '"x"',
      "[]",
      '{"room":"a/b","relay":""}',
      '{"room":"a"}',
    ]) {
      expect(kept(text)).toBeUndefined();
    }
  });

  it("is forgotten if the browser stores nothing", () => {
    const blocked = () => {
      throw new Error("SecurityError");
    };
    keepLastRoom({ room: "demo", relay: "wss://a.example" }, blocked);
    expect(readLastRoom(blocked)).toBeUndefined();
  });
});
