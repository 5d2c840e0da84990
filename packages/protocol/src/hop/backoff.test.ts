import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Backoff } from "../index.ts";

describe("Backoff (P-41)", () => {
  it("doubles up to its cap, and starts over after a reset", () => {
    const backoff = new Backoff({ firstMs: 500, maxMs: 3000 });
    expect([0, 0, 0, 0, 0].map((random) => backoff.nextMs(random))).toEqual([
      250, 500, 1000, 1500, 1500,
    ]);
    backoff.reset();
    expect(backoff.nextMs(0.999999)).toBe(500);
  });

  it("always stays between half of its ceiling and the ceiling", () => {
    const backoff = new Backoff({ firstMs: 500, maxMs: 15_000 });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const ms = backoff.nextMs(random);
        expect(ms).toBeGreaterThanOrEqual(250);
        expect(ms).toBeLessThanOrEqual(15_000);
      }),
      { numRuns: 2000 },
    );
  });
});
