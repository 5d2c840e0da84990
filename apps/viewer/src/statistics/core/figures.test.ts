import { describe, expect, it } from "vitest";
import { bytes, digits, duration, milliseconds, percent, rate } from "./figures.ts";

describe("figures", () => {
  it("have two or three significant digits", () => {
    expect([0, 0.04, 0.4, 0.999, 1.25, 9.96, 30.4].map(digits)).toEqual([
      "0",
      "0.04",
      "0.4",
      "1.0",
      "1.3",
      "10",
      "30",
    ]);
  });

  it("show times in ms, and from one second on in seconds", () => {
    expect([undefined, 0, 0.44, 43.4, 999.4, 999.6, 1240, 12_345].map(milliseconds)).toEqual([
      "–",
      "0 ms",
      "0.4 ms",
      "43 ms",
      "999 ms",
      "1.0 s",
      "1.2 s",
      "12 s",
    ]);
  });

  it("show rates in the units in which connections are sold", () => {
    expect([0, 4700, 25_000, 117_000, 125_000, 1_500_000].map(rate)).toEqual([
      "0 kbit/s",
      "38 kbit/s",
      "0.2 Mbit/s",
      "0.94 Mbit/s",
      "1.0 Mbit/s",
      "12 Mbit/s",
    ]);
  });

  it("show sizes, durations and shares", () => {
    expect([0, 740, 1234, 38_200, 999_600, 1_140_000].map(bytes)).toEqual([
      "0 B",
      "740 B",
      "1.2 KB",
      "38 KB",
      "1.0 MB",
      "1.1 MB",
    ]);
    expect([42.9, 185, 7800].map(duration)).toEqual(["42 s", "3 min 5 s", "2 h 10 min"]);
    expect(percent(0.984)).toBe("98%");
  });
});
