import { describe, expect, it } from "vitest";
import { Descriptors, descriptorLimit, openDescriptors } from "./descriptors.ts";

function descriptors(limit: number, open = 20) {
  const process = { open: open as number | undefined };
  const reports: boolean[] = [];
  const guard = new Descriptors({
    limit,
    count: () => process.open,
    report: ({ refusing }) => reports.push(refusing),
  });
  const dial = (count: number) =>
    Array.from({ length: count }, () => guard.opened()).filter(Boolean).length;
  /** Opens connections, and upgrades each. */
  const join = (count: number) => {
    let opened = 0;
    for (let i = 0; i < count; i++) {
      if (dial(1) === 0) continue;
      guard.upgraded();
      opened++;
    }
    return opened;
  };
  return { guard, process, reports, dial, join };
}

describe("file descriptors", () => {
  it("are kept in reserve by refusing connections", () => {
    const { dial, join, guard } = descriptors(64);
    expect(join(20)).toBe(20);
    expect(dial(20)).toBe(8);
    guard.closed();
    expect(dial(20)).toBe(1);
  });

  it("are limited to half for HTTP, until its connections become WebSockets", () => {
    const { dial, guard } = descriptors(1016, 20);
    expect(dial(2000)).toBe(500);
    guard.upgraded();
    expect(dial(10)).toBe(1);
    guard.closed();
    expect(dial(10)).toBe(1);
  });

  it("are counted again, since not every end is reported", () => {
    const { dial, join, guard, process } = descriptors(64);
    expect(join(40)).toBe(28);
    process.open = 30;
    guard.tick(0);
    expect(dial(40)).toBe(18);
  });

  it("are reported when they run out, then each minute, and when the shortage ends", () => {
    const { dial, guard, process, reports } = descriptors(64, 60);
    guard.tick(0);
    expect(reports).toEqual([]);
    for (const now of [1000, 2000, 60_999, 61_000]) {
      dial(5);
      guard.tick(now);
    }
    expect(reports).toEqual([true, true]);
    process.open = 20;
    guard.tick(62_000);
    guard.tick(63_000);
    expect(reports).toEqual([true, true, false]);
    expect(dial(1)).toBe(1);
  });

  it("count as all open if none is left to find out", () => {
    const { dial, guard, process } = descriptors(64, 60);
    process.open = -1;
    dial(1);
    guard.tick(0);
    expect(dial(1)).toBe(0);
  });

  it("refuse no client without a limit, or if they cannot be counted", () => {
    const { dial, guard, process } = descriptors(Number.POSITIVE_INFINITY);
    process.open = undefined;
    expect(dial(10_000)).toBe(10_000);
    guard.tick(0);
    expect(dial(10)).toBe(10);
  });

  it("are known for this process", () => {
    expect(descriptorLimit()).toBeGreaterThan(100);
    expect(openDescriptors() ?? 3).toBeGreaterThan(2);
    expect(openDescriptors() ?? 3).toBeLessThan(descriptorLimit());
  });
});
