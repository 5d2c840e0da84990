import { ClockOffset } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { ageMs } from "./snapshot.ts";

describe("ageMs", () => {
  it("counts from the capture once the relay's clock is known, though that came later", () => {
    const clock = new ClockOffset();
    const asOf = { capturedAt: 500_000, drawnAt: 9000, clock };
    expect(ageMs(asOf, 10_000)).toBe(1000);
    clock.add({ sentAt: 9000, remoteAt: 502_100, receivedAt: 9200 }); // 493,000 ahead
    expect(ageMs(asOf, 10_000)).toBe(3000);
  });

  it("counts from the drawing where the capture's time is unknown", () => {
    const clock = new ClockOffset();
    clock.add({ sentAt: 0, remoteAt: 0, receivedAt: 0 });
    expect(ageMs({ capturedAt: 0, drawnAt: 9000, clock }, 10_000)).toBe(1000);
  });

  it("is never negative", () => {
    expect(ageMs({ capturedAt: 0, drawnAt: 9000, clock: new ClockOffset() }, 8000)).toBe(0);
  });
});
