import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClockOffset } from "./index.ts";

describe("ClockOffset (P-14)", () => {
  it("knows nothing before the first exchange, and says 0", () => {
    const offset = new ClockOffset();
    expect(offset.known).toBe(false);
    expect(offset.toRemote(123)).toBe(0);
    expect(offset.toLocal(123)).toBeUndefined();
    expect(offset.errorMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("is within its own error of the truth, however lopsided the delays are", () => {
    const delay = fc.double({ min: 0, max: 500, noNaN: true });
    const truth = fc.integer({ min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(truth, fc.array(fc.tuple(delay, delay), { minLength: 1 }), (ahead, trips) => {
        const offset = new ClockOffset();
        let now = 1e12;
        for (const [there, back] of trips) {
          const exchange = { sentAt: now, remoteAt: now + there + ahead };
          now += there + back;
          offset.add({ ...exchange, receivedAt: now });
          now += 5000;
        }
        expect(Math.abs(offset.toRemote(now) - (now + ahead))).toBeLessThanOrEqual(
          offset.errorMs + 0.01,
        );
        const there = offset.toRemote(now);
        expect(offset.toLocal(there)).toBeCloseTo(now, 1);
      }),
    );
  });

  it("passes over an exchange that ended before it began", () => {
    const offset = new ClockOffset();
    offset.add({ sentAt: 10, remoteAt: 5, receivedAt: 9 });
    expect(offset.known).toBe(false);
  });
});
