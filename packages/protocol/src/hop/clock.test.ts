import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClockOffset } from "../index.ts";

describe("ClockOffset (P-14)", () => {
  it("knows nothing before the first exchange, and returns 0", () => {
    const offset = new ClockOffset();
    expect(offset.known).toBe(false);
    expect(offset.toRemote(123)).toBe(0);
    expect(offset.toLocal(123)).toBeUndefined();
    expect(offset.errorMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("is within its own error of the truth, however asymmetric the delays are", () => {
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

  it("notices at the first exchange that either clock was set, or stopped while its machine slept", () => {
    const delay = fc.double({ min: 0, max: 200, noNaN: true });
    const step = fc.oneof(
      fc.integer({ min: -1e12, max: -1000 }),
      fc.integer({ min: 1000, max: 1e12 }),
    );
    fc.assert(
      fc.property(
        fc.array(delay, { minLength: 1, maxLength: 20 }),
        step,
        delay,
        (delays, ms, last) => {
          const offset = new ClockOffset();
          let now = 2e12;
          const exchange = (aheadMs: number, roundTripMs: number) => {
            const remoteAt = now + roundTripMs / 2 + aheadMs;
            offset.add({ sentAt: now, remoteAt, receivedAt: now + roundTripMs });
            now += 5000;
          };
          for (const roundTripMs of delays) exchange(0, roundTripMs);
          exchange(ms, last);
          const errorMs = Math.abs(offset.toRemote(now) - (now + ms));
          expect(errorMs).toBeLessThanOrEqual(last / 2 + 0.01);
        },
      ),
    );
  });

  it("keeps the best of earlier exchanges while the clocks only drift", () => {
    const offset = new ClockOffset();
    offset.add({ sentAt: 1000, remoteAt: 1001, receivedAt: 1002 });
    // 500 ppm, as bad as quartz gets, and a slow reply.
    offset.add({ sentAt: 41_000, remoteAt: 41_370, receivedAt: 41_400 });
    expect(offset.errorMs).toBe(1);
  });

  it("ignores an exchange that ended before it began", () => {
    const offset = new ClockOffset();
    offset.add({ sentAt: 10, remoteAt: 5, receivedAt: 9 });
    expect(offset.known).toBe(false);
  });
});
