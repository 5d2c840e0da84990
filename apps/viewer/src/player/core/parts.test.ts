import { describe, expect, it } from "vitest";
import { Parts } from "./parts.ts";

describe("Parts", () => {
  it("is behind once parts have been missing for a second, and no longer once none has for as long", () => {
    const parts = new Parts();
    parts.drawn(true, 10_000);
    expect(parts.behindAt(10_999)).toBe(false);
    expect(parts.behindAt(11_000)).toBe(true);
    parts.drawn(true, 15_000);
    expect(parts.behindAt(15_000)).toBe(true);
    parts.drawn(false, 15_100);
    expect(parts.behindAt(16_099)).toBe(true);
    expect(parts.behindAt(16_100)).toBe(false);
  });

  it("does not flicker while parts and whole updates alternate", () => {
    const parts = new Parts();
    for (let now = 0; now < 20_000; now += 400) {
      parts.drawn(now % 800 === 0, now);
      expect(parts.behindAt(now + 300)).toBe(false);
    }
  });
});
