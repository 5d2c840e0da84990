import { describe, expect, it } from "vitest";
import { chooseMonitor, type MonitorInfo } from "./monitor.ts";

describe("chooseMonitor", () => {
  const monitor = (id: number, name: string, primary = false): MonitorInfo => {
    return { id, name, aliases: [`output of ${name}`], primary, width: 1, height: 1, x: 0, y: 0 };
  };
  const monitors = [monitor(60, "left"), monitor(1, "right", true), monitor(62, "0")];

  it.each([
    [undefined, 1],
    ["60", 60],
    ["left", 60],
    ["1", 1],
    ["0", 60],
    ["2", 62],
    ["output of left", 60],
    ["none", undefined],
  ])("takes %s for the monitor with id %s", (wanted, id) => {
    expect(chooseMonitor(monitors, wanted)?.id).toBe(id);
  });

  it("takes the first where none is primary", () => {
    expect(chooseMonitor([monitor(7, "a"), monitor(8, "b")], undefined)?.id).toBe(7);
  });
});
