import { describe, expect, it } from "vitest";
import { keepLastRoom, readLastRoom } from "./last-room.ts";

const kept = (text: string | null) =>
  readLastRoom(() => ({ getItem: () => text, setItem: () => {} }));

describe("the last room", () => {
  it("is read as it was kept", () => {
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

  it("is none where somebody else has written something there", () => {
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

  it("is forgotten where the browser stores nothing", () => {
    const blocked = () => {
      throw new Error("SecurityError");
    };
    keepLastRoom({ room: "demo", relay: "wss://a.example" }, blocked);
    expect(readLastRoom(blocked)).toBeUndefined();
  });
});
