import { describe, expect, it } from "vitest";
import { Liveness, PING_INTERVAL_MS, SILENT_MS } from "./liveness.ts";

/** What is due second by second. */
function seconds(liveness: Liveness, count: number): string[] {
  return Array.from({ length: count }, (_, i) => liveness.tick((i + 1) * 1000));
}

describe("liveness (P-42)", () => {
  it("requests a sign of life every 5 s, and gives up after 15 s without one", () => {
    const due = seconds(new Liveness(0), 15);
    expect(
      due.map((what, i) => `${i + 1} ${what}`).filter((what) => !/nothing/.test(what)),
    ).toEqual(["5 ping", "10 ping", "15 dead"]);
  });

  it("counts from the last message", () => {
    const liveness = new Liveness(0);
    seconds(liveness, 14);
    liveness.heard(14_900);
    expect(liveness.tick(29_899)).not.toBe("dead");
    expect(liveness.tick(29_900)).toBe("dead");
  });

  it("stays alive as long as anything arrives", () => {
    const liveness = new Liveness(0);
    for (let now = 1000; now < 100_000; now += 1000) {
      if (now % 14_000 === 0) liveness.heard(now);
      expect(liveness.tick(now)).not.toBe("dead");
    }
  });

  it("waits longer while something large is in transit", () => {
    const liveness = new Liveness(0);
    expect(liveness.tick(14_999 + 125_000, 125_000)).not.toBe("dead");
    expect(liveness.tick(15_000 + 125_000, 125_000)).toBe("dead");
  });

  it("is no more patient than before once that has arrived", () => {
    const liveness = new Liveness(0);
    expect(liveness.tick(16_000, 125_000)).toBe("ping");
    expect(liveness.tick(17_000)).toBe("dead");
  });

  it("ignores silence on a connection that was not being read", () => {
    const liveness = new Liveness(0);
    liveness.resume(600_000);
    expect(liveness.tick(600_001)).toBe("nothing");
    expect(liveness.tick(600_000 + SILENT_MS)).toBe("dead");
  });

  it("still decides in time after the clock was set back", () => {
    const liveness = new Liveness(1_000_000);
    expect(liveness.tick(500_000)).toBe("nothing");
    expect(liveness.tick(500_000 + PING_INTERVAL_MS)).toBe("ping");
    expect(liveness.tick(500_000 + SILENT_MS)).toBe("dead");
  });

  it.each([-3_600_000, -5000, 5000, 10_000])(
    "pings at once when the clock was set by %i ms",
    (step) => {
      const liveness = new Liveness(10_000_000);
      expect(liveness.tick(10_001_000)).toBe("nothing");
      liveness.heard(10_001_500);
      expect(liveness.tick(10_002_000 + step)).toBe("ping");
      expect(liveness.tick(10_003_000 + step)).toBe("nothing");
    },
  );
});
