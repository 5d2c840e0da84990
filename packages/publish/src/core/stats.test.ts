import { expect, it } from "vitest";
import { PipelineStats } from "./stats.ts";

it("adds up a period and starts the next one at zero", () => {
  const stats = new PipelineStats(0, 100);
  stats.spent("grab", 10);
  stats.spent("grab", 12.5);
  stats.spent("encode", 3);
  stats.sent({ tiles: 4, bytes: 900 });
  expect(stats.take(999, 350, 1000)).toBeUndefined();
  const sums = { grabs: 2, grabMs: 22.5, encodeMs: 3, updates: 1, tiles: 4, bytes: 900 };
  expect(stats.take(1001, 400, 1000)).toMatchObject({ periodMs: 1001, cpuMs: 300, ...sums });
  expect(stats.take(2001, 450, 1000)).toMatchObject({
    periodMs: 1000,
    cpuMs: 50,
    grabs: 0,
    grabMs: 0,
    bytes: 0,
  });
});
