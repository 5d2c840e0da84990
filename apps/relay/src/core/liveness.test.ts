import { describe, expect, it } from "vitest";
import { Liveness } from "./liveness.ts";

/** What is due second by second, as a session asks. */
function seconds(liveness: Liveness, count: number, inFlightBytes = 0): string[] {
  return Array.from({ length: count }, (_, i) => liveness.tick((i + 1) * 1000, inFlightBytes));
}

describe("liveness (P-42)", () => {
  it("asks for a sign of life every 5 s, and gives up after 15 s without one", () => {
    const due = seconds(new Liveness(0), 15);
    expect(
      due.map((what, i) => `${i + 1} ${what}`).filter((what) => !/nothing/.test(what)),
    ).toEqual(["5 ping", "10 ping", "15 dead"]);
  });

  it("counts from whatever came last", () => {
    const liveness = new Liveness(0);
    seconds(liveness, 14);
    liveness.heard(14_900);
    expect(liveness.tick(29_899, 0)).not.toBe("dead");
    expect(liveness.tick(29_900, 0)).toBe("dead");
  });

  it("waits longer for whoever is being sent a picture, at 64 kbit/s", () => {
    const liveness = new Liveness(0);
    expect(liveness.tick(14_999 + 1_000_000 / 8, 1_000_000)).not.toBe("dead");
    expect(liveness.tick(15_000 + 1_000_000 / 8, 1_000_000)).toBe("dead");
  });

  it("is as impatient as ever once the picture has arrived", () => {
    const liveness = new Liveness(0);
    expect(liveness.tick(16_000, 1_000_000)).toBe("ping");
    expect(liveness.tick(17_000, 0)).toBe("dead");
  });
});
