import { expect, it } from "vitest";
import { Stats } from "./stats.ts";

it("sums a period up, and begins the next one at zero", () => {
  const stats = new Stats(0);
  stats.spent("grab", 10);
  stats.spent("grab", 12.5);
  stats.spent("encode", 3);
  stats.sent({ tiles: 4, bytes: 900 });
  expect(stats.take(999, 1000)).toBeUndefined();
  const sums = { grabs: 2, grabMs: 22.5, encodeMs: 3, updates: 1, tiles: 4, bytes: 900 };
  expect(stats.take(1001, 1000)).toMatchObject({ periodMs: 1001, ...sums });
  expect(stats.take(2001, 1000)).toMatchObject({ periodMs: 1000, grabs: 0, grabMs: 0, bytes: 0 });
});
