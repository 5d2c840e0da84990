import { describe, expect, it } from "vitest";
import {
  bitsPerSecond,
  contained,
  elapsedWords,
  fileName,
  formatOf,
  recordedSize,
} from "./recording.ts";

const size = (width: number, height: number) => ({ width, height });

describe("a recording", () => {
  it("has the first format that the browser can make", () => {
    expect(formatOf(() => true)).toEqual({ type: "video/webm;codecs=vp9", extension: "webm" });
    expect(formatOf((type) => type === "video/mp4")?.extension).toBe("mp4");
    expect(formatOf(() => false)).toBeUndefined();
  });

  it("has even sides, and a bit rate within bounds", () => {
    expect(recordedSize(size(801, 600))).toEqual(size(802, 600));
    expect(bitsPerSecond(size(1920, 1080))).toBeGreaterThan(6e6);
    expect(bitsPerSecond(size(8192, 8192))).toBe(16e6);
    expect(bitsPerSecond(size(1, 1))).toBe(2e6);
  });

  it("fits a picture of another size, centred", () => {
    expect(contained(size(800, 800), size(1600, 900))).toEqual({
      ...{ left: 350, top: 0 },
      ...size(900, 900),
    });
    expect(contained(size(3200, 900), size(1600, 900))).toEqual({
      ...{ left: 0, top: 225 },
      ...size(1600, 450),
    });
  });

  it("does not stretch a picture to fill the px that made its side even", () => {
    expect(contained(size(801, 599), size(802, 600))).toMatchObject(size(801, 599));
  });

  it("formats its elapsed time like a clock", () => {
    expect([0, 7999, 754_000, 3_723_000].map(elapsedWords)).toEqual([
      ...["0:00", "0:07", "12:34", "1:02:03"],
    ]);
  });
});

it("names a saved file by its room and time, without forbidden characters", () => {
  const when = new Date(2026, 0, 2, 3, 4, 5);
  expect(fileName("main", when, "png")).toBe("screen-share main 2026-01-02 03.04.05.png");
  expect(fileName(undefined, when, "webm")).toBe("screen-share 2026-01-02 03.04.05.webm");
  expect(fileName("a_B-9", when, "png")).not.toMatch(/[<>:"/\\|?*]/);
});
