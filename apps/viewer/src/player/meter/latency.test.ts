import { ClockOffset } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { latencyOf } from "./latency.ts";

/** Our clock is 1000 ms behind the relay's; the round trip took 20 ms. */
function clock(): ClockOffset {
  const offset = new ClockOffset();
  offset.add({ sentAt: 0, remoteAt: 1010, receivedAt: 20 });
  return offset;
}

describe("latency", () => {
  const times = { capturedAt: 5000, encodedAt: 5012, relayedAt: 5040 };
  const ours = { receivedAt: 4060, drawnAt: 4075 };

  it("is split by where it was spent, with its possible error", () => {
    const latency = latencyOf({ ...times, ...ours }, clock());
    expect(latency).toEqual({
      captureMs: 12,
      uplinkMs: 28,
      linkMs: 20,
      decodeMs: 15,
      totalMs: 75,
      errorMs: 10,
    });
  });

  it("is known from the relay on for plain producers", () => {
    const plain = { capturedAt: 5040, encodedAt: 0, relayedAt: 5040 };
    const latency = latencyOf({ ...plain, ...ours }, clock());
    expect(latency).toMatchObject({ captureMs: undefined, uplinkMs: undefined, linkMs: 20 });
  });

  it("is unknown until the clocks are known", () => {
    const latency = latencyOf({ ...times, ...ours }, new ClockOffset());
    expect(latency).toMatchObject({ linkMs: undefined, totalMs: undefined, decodeMs: 15 });
    expect(latency.errorMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("is never negative, and no less than its parts, whatever the clocks show", () => {
    const odd = { capturedAt: 9000, encodedAt: 8000, relayedAt: 7000, ...ours };
    const { captureMs, uplinkMs, linkMs, totalMs } = latencyOf(odd, clock());
    expect([captureMs, uplinkMs, linkMs, totalMs]).toEqual([0, 0, 0, 15]);
  });
});
