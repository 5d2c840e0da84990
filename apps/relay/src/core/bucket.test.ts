import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bucket } from "./bucket.ts";

const SIZE = { capacity: 60, perSecond: 10 } as const;

describe("a bucket (P-89)", () => {
  it("gives its capacity at once, and reports how far it is overdrawn", () => {
    const bucket = new Bucket(SIZE, 0);
    expect(bucket.take(60, 0)).toBe(0);
    expect(bucket.take(1, 0)).toBe(-1);
    expect(bucket.take(0.5, 0)).toBe(-1.5);
  });

  it("refills over time, also from below zero, and never above its capacity", () => {
    const bucket = new Bucket(SIZE, 0);
    bucket.take(80, 0);
    expect(bucket.take(0, 1000)).toBe(-10);
    expect(bucket.take(0, 3500)).toBe(15);
    expect(bucket.take(0, 1e9)).toBe(60);
  });

  it("is full only when forgetting it changes nothing", () => {
    const bucket = new Bucket(SIZE, 0);
    expect(bucket.isFull(0)).toBe(true);
    bucket.take(1, 0);
    expect(bucket.isFull(99)).toBe(false);
    expect(bucket.isFull(100)).toBe(true);
  });

  it("never gives more than its capacity plus the refill, even if times are out of order", () => {
    const step = fc.record({ amount: fc.nat(30), now: fc.nat(10_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const bucket = new Bucket(SIZE, 0);
        let given = 0;
        for (const { amount, now } of steps) if (bucket.take(amount, now) >= 0) given += amount;
        // What was overdrawn only reduces the rest.
        const latest = Math.max(0, ...steps.map(({ now }) => now));
        expect(given).toBeLessThanOrEqual(60 + latest / 100 + 1e-6);
      }),
    );
  });
});
