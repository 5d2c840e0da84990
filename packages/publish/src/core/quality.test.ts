import { describe, expect, it } from "vitest";
import { levelsOf, QualityControl } from "./quality.ts";

describe("levels", () => {
  it.each([
    [
      { quality: 60, maxQuality: 90, adaptive: true },
      { qualities: [21, 36, 60, 90], base: 2 },
    ],
    [
      { quality: 60, maxQuality: 90, adaptive: false },
      { qualities: [60, 90], base: 0 },
    ],
    [
      { quality: 60, maxQuality: undefined, adaptive: true },
      { qualities: [21, 36, 60], base: 2 },
    ],
    [
      { quality: 60, maxQuality: undefined, adaptive: false },
      { qualities: [60], base: 0 },
    ],
    [
      { quality: 95, maxQuality: 90, adaptive: false },
      { qualities: [95], base: 0 },
    ],
    [
      { quality: 1, maxQuality: 1, adaptive: true },
      { qualities: [1], base: 0 },
    ],
  ])("of %j are %j", (options, levels) => {
    expect(levelsOf(options)).toEqual(levels);
  });
});

describe("quality", () => {
  const levels = levelsOf({ quality: 60, maxQuality: 90, adaptive: true });

  /** Sends ten updates per second for a while. @returns the time afterwards */
  function send(
    control: QualityControl,
    from: number,
    seconds: number,
    cut: (level: number) => boolean,
  ) {
    for (let now = from; now < from + seconds * 1000; now += 100)
      control.sent(cut(control.level), now);
    return from + seconds * 1000;
  }

  it("is as configured while the link carries it, and during a short burst", () => {
    const control = new QualityControl(levels, 0);
    const now = send(control, 0, 10, () => false);
    send(control, now, 0.5, () => true);
    expect(control.level).toBe(2);
  });

  it("becomes coarser step by step while updates are cut, down to the coarsest level", () => {
    const control = new QualityControl(levels, 0);
    const now = send(control, 0, 0.7, () => true);
    expect(control.level).toBe(1);
    send(control, now, 5, () => true);
    expect(control.level).toBe(0);
  });

  it("returns once everything fits again, and never exceeds the configured quality", () => {
    const control = new QualityControl(levels, 0);
    const now = send(control, 0, 5, () => true);
    send(control, now, 3.2, () => false);
    expect(control.level).toBe(1);
    send(control, now + 3200, 60, () => false);
    expect(control.level).toBe(2);
  });

  it("retries a level that did not fit after longer and longer waits", () => {
    const control = new QualityControl(levels, 0);
    let changes = 0;
    let last = control.level;
    send(control, 0, 120, (level) => {
      changes += level === last ? 0 : 1;
      last = level;
      return level > 1;
    });
    expect(control.level).toBe(1);
    expect(changes).toBeLessThan(14);
  });
});
