import { describe, expect, it } from "vitest";
import { FirstPicture } from "./first-picture.ts";

/** Sends a picture over a link, as much as it takes every 50 ms. @returns when the rest became coarse, ms; undefined if never */
function slowFrom(totalBytes: number, bytesPerMs: number): number | undefined {
  const first = new FirstPicture(1000);
  let sent = 0;
  for (let ms = 0; sent < totalBytes; ms += 50) {
    const inFlightBytes = Math.min(sent, bytesPerMs * 50);
    if (first.isSlow(1000 + ms, { inFlightBytes, remainingBytes: totalBytes - sent })) return ms;
    const bytes = Math.min(totalBytes - sent, bytesPerMs * 50);
    first.sent(bytes);
    sent += bytes;
  }
  return undefined;
}

describe("the first picture of a connection", () => {
  it("becomes coarse over 1 Mbit/s if it is large, once that is known", () => {
    expect(slowFrom(400_000, 125)).toBe(500);
    expect(slowFrom(4_000_000, 1250)).toBe(500);
  });

  it("keeps its quality if it is small or the link is fast", () => {
    expect(slowFrom(100_000, 125)).toBeUndefined();
    expect(slowFrom(4_000_000, 12_500)).toBeUndefined();
  });

  it("does not count as slow because its window starts small", () => {
    const first = new FirstPicture(0);
    let left = 4_000_000;
    for (let ms = 0; left > 0; ms += 50) {
      const bytes = Math.min(left, 5000 * 2 ** (ms / 50));
      expect(first.isSlow(ms, { inFlightBytes: 0, remainingBytes: left })).toBe(false);
      first.sent(bytes);
      left -= bytes;
    }
  });

  it("stays coarse once it is", () => {
    const first = new FirstPicture(0);
    const options = { inFlightBytes: 0, remainingBytes: 1_000_000 };
    expect(first.isSlow(250, options)).toBe(false);
    first.sent(10_000);
    expect(first.isSlow(499, options)).toBe(false);
    expect(first.isSlow(500, options)).toBe(true);
    expect(first.isSlow(501, { inFlightBytes: 0, remainingBytes: 1 })).toBe(true);
  });
});
