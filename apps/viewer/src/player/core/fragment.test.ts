import { describe, expect, it } from "vitest";
import { roomFromFragment } from "./fragment.ts";

describe("roomFromFragment", () => {
  it("finds the room among other fields, in any place", () => {
    expect(roomFromFragment("#room=a-b_9")).toBe("a-b_9");
    expect(roomFromFragment("token=x&room=demo")).toBe("demo");
  });

  it("means main where none is named", () => {
    for (const none of ["", "#", "#room=", "#token=x", "#bedroom=x"]) {
      expect(roomFromFragment(none)).toBe("main");
    }
  });

  it("refuses what no room may be called", () => {
    for (const bad of ["a b", "a%20b", "ä", "a/b", "x".repeat(65)]) {
      expect(roomFromFragment(`#room=${bad}`)).toBeUndefined();
    }
  });
});
