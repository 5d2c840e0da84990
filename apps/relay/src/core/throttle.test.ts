import { describe, expect, it } from "vitest";
import { Throttle } from "./throttle.ts";

/** How many of some failures, all at the same time, were too many. */
function tooMany(throttle: Throttle, address: string | undefined, tries: number, now = 0): number {
  return Array.from({ length: tries }, () => throttle.failed(address, now)).filter(Boolean).length;
}

describe("an address that fails to show a valid token (P-86)", () => {
  it("may do so 20 times, and then once in 2 s", () => {
    const throttle = new Throttle();
    expect(tooMany(throttle, "1.1.1.1", 20)).toBe(0);
    expect(throttle.failed("1.1.1.1", 1999)).toBe(true);
    expect(throttle.failed("1.1.1.1", 2000)).toBe(false);
    expect(throttle.failed("1.1.1.1", 2001)).toBe(true);
  });

  it("does not make it worse by going on", () => {
    const throttle = new Throttle();
    expect(tooMany(throttle, "1.1.1.1", 10_020)).toBe(10_000);
    expect(throttle.failed("1.1.1.1", 2000)).toBe(false);
  });

  it("spoils nothing for others", () => {
    const throttle = new Throttle();
    tooMany(throttle, "1.1.1.1", 30);
    expect(tooMany(throttle, "2.2.2.2", 20)).toBe(0);
  });

  it("is never limited if it is this machine itself", () => {
    expect(tooMany(new Throttle(), undefined, 100)).toBe(0);
  });

  it("is not forgotten while it is over, and is in the end", () => {
    const throttle = new Throttle();
    tooMany(throttle, "1.1.1.1", 20);
    throttle.tick(1000);
    expect(throttle.failed("1.1.1.1", 1000)).toBe(true);
    throttle.tick(41_000);
    expect(tooMany(throttle, "1.1.1.1", 21, 41_000)).toBe(1);
  });

  it("is remembered among 20,000, beyond which the longest known is forgotten", () => {
    const throttle = new Throttle();
    tooMany(throttle, "first", 20);
    for (let i = 1; i < 20_000; i++) throttle.failed(`${i}`, 0);
    expect(throttle.failed("first", 0)).toBe(true);
    throttle.failed("one more", 0);
    expect(throttle.failed("first", 0)).toBe(false);
  });
});
