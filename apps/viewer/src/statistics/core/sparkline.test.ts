import { describe, expect, it } from "vitest";
import { sparklineOf } from "./sparkline.ts";

const CHART = { length: 5, width: 40, height: 10, floor: 1 };

describe("a sparkline", () => {
  it("has the newest value at its right edge, and the highest at its top", () => {
    expect(sparklineOf([5, 10, 0], CHART)).toBe("M20 5L30 0L40 10");
  });

  it("leaves gaps for unknown values, and shows single values", () => {
    const path = sparklineOf([10, undefined, 10, 10, undefined], CHART);
    expect(path).toBe("M0 0h5M20 0L30 0");
  });

  it("shows only what fits, and small noise as small", () => {
    const small = sparklineOf([900, 1, 1, 1, 1, 1], { ...CHART, floor: 10 });
    expect(small).toBe("M0 9L10 9L20 9L30 9L40 9");
    expect(sparklineOf([], CHART)).toBe("");
  });
});
