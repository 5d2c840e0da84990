import { ClockOffset } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { ageMs, ageWords } from "./age.ts";

describe("ageWords", () => {
  it("counts seconds, then minutes, hours and days, rounded down", () => {
    const said = [0, 1, 12.9, 59.9, 60, 185, 3599, 3600, 86_399, 86_400, 200_000].map(ageWords);
    expect(said).toEqual([
      "1 s ago",
      "1 s ago",
      "12 s ago",
      "59 s ago",
      "1 min ago",
      "3 min ago",
      "59 min ago",
      "1 h ago",
      "23 h ago",
      "1 day ago",
      "2 days ago",
    ]);
  });
});

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
