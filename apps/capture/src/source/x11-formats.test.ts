import { afterEach, describe, expect, it } from "vitest";
import { grabbed } from "../../test/source-suite.ts";
import { Xvfb } from "../../test/xvfb.ts";
import { X11Source } from "./x11.ts";

const now = () => performance.timeOrigin + performance.now();
const COLOURS = ["ff0000", "00ff00", "0000ff", "ff8000", "123456", "c0c0c0", "000000", "ffffff"];

function open({ display }: Xvfb): X11Source {
  return new X11Source({ display, now, xauthority: undefined });
}

/** The largest difference between a picture and a colour, over all of its pixels. */
function distance(pixels: Buffer, colour: string): number {
  const wanted = Buffer.from(`${colour}ff`, "hex");
  return pixels.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (wanted[i % 4] ?? 0))),
    0,
  );
}

describe("a screen by X11, whatever its pixels are", () => {
  let xvfb: Xvfb;
  afterEach(() => xvfb.kill());

  it.each([
    // depth and visual class (Xvfb's -cc), and how coarse a channel may be
    [8, "PseudoColor", 3, 0],
    [8, "StaticColor", 2, 64],
    [8, "TrueColor", 4, 64],
    [15, "TrueColor", 4, 4],
    [16, "TrueColor", 4, 4],
    [24, "TrueColor", 4, 0],
    [24, "DirectColor", 5, 0],
    // xsetroot's ff is ff00 of 16 bits, so a little less than full.
    [30, "TrueColor", 4, 1],
  ])("has the right colours at depth %i, %s", async (depth, _, visualClass, tolerance) => {
    // An odd width: rows are padded.
    xvfb = await Xvfb.start(`131x37x${depth}`, undefined, ["-cc", String(visualClass)]);
    const source = open(xvfb);
    for (const colour of COLOURS) {
      await xvfb.finish("xsetroot", "-solid", `#${colour}`);
      const { pixels, width, height } = await grabbed(source);
      expect({ width, height, length: pixels.length }).toEqual({
        width: 131,
        height: 37,
        length: 131 * 37 * 4,
      });
      expect(distance(pixels, colour), colour).toBeLessThanOrEqual(tolerance);
    }
  });

  it.each([
    [8, "GrayScale", 1],
    [8, "StaticGray", 0],
  ])("is grey at depth %i, %s", async (depth, _, visualClass) => {
    xvfb = await Xvfb.start(`131x37x${depth}`, undefined, ["-cc", String(visualClass)]);
    const source = open(xvfb);
    for (const [colour, grey] of [
      ["ffffff", 255],
      ["000000", 0],
    ] as const) {
      await xvfb.finish("xsetroot", "-solid", `#${colour}`);
      const { pixels } = await grabbed(source);
      expect(distance(pixels, Buffer.alloc(3, grey).toString("hex"))).toBe(0);
    }
  });

  it("puts every pixel where it belongs, at 16 bits and at 8", async () => {
    for (const depth of [8, 16]) {
      xvfb = await Xvfb.start(`131x37x${depth}`);
      await xvfb.finish("xsetroot", "-mod", "4", "4", "-fg", "#ff0000", "-bg", "#0000ff");
      const { pixels } = await grabbed(open(xvfb));
      const px = (x: number, y: number) => pixels.toString("hex", (y * 131 + x) * 4).slice(0, 6);
      for (const [x, y] of [
        [0, 0],
        [3, 3],
        [130, 36],
        [127, 35],
        [64, 5],
        [65, 5],
      ] as const) {
        const line = x % 4 === 0 || y % 4 === 0;
        expect([x, y, px(x, y)]).toEqual([x, y, line ? "ff0000" : "0000ff"]);
      }
      await xvfb.kill();
    }
  });

  it("shows a colour that a program changes in the colormap, though nothing is drawn", async () => {
    xvfb = await Xvfb.start("64x64x8", undefined, ["-cc", "3"]);
    const source = open(xvfb);
    await xvfb.finish("xsetroot", "-solid", "#204060");
    expect(distance((await grabbed(source)).pixels, "204060")).toBe(0);
    // The cell is freed and given to the next colour, which is the root window's then, too.
    await xvfb.finish("xsetroot", "-solid", "#aabbcc");
    expect(distance((await grabbed(source)).pixels, "aabbcc")).toBe(0);
  });

  it("follows a server that comes back with another depth", async () => {
    xvfb = await Xvfb.start("131x37x24");
    const source = open(xvfb);
    await grabbed(source);
    const { display } = xvfb;
    for (const depth of [16, 8, 30, 24]) {
      await xvfb.kill();
      expect(await source.grab()).toMatchObject({ kind: "no-display" });
      xvfb = await Xvfb.start(`131x37x${depth}`, display);
      await xvfb.finish("xsetroot", "-solid", "#ff0000");
      expect(distance((await grabbed(source)).pixels, "ff0000")).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    ["DAMAGE", ["-extension", "DAMAGE"]],
    ["RANDR", ["-extension", "RANDR"]],
    ["RANDR and XINERAMA", ["-extension", "RANDR", "-extension", "XINERAMA"]],
    ["all three", ["-extension", "DAMAGE", "-extension", "RANDR", "-extension", "XINERAMA"]],
  ])("works without %s", async (_, options) => {
    xvfb = await Xvfb.start("131x37", undefined, options);
    const source = open(xvfb);
    for (const colour of COLOURS) {
      xvfb.finishBlocking("xsetroot", "-solid", `#${colour}`);
      const { pixels, width, height } = await grabbed(source);
      expect({ width, height, distance: distance(pixels, colour) }).toEqual({
        width: 131,
        height: 37,
        distance: 0,
      });
    }
  });
});
