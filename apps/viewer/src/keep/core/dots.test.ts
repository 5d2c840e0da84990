import { describe, expect, it } from "vitest";
import { type CanvasPixels, type Colour, isColour, parseColour, spotsOf } from "./dots.ts";

const GREEN: Colour = [34, 197, 94];

function painted(
  size: { readonly width: number; readonly height: number },
  boxes: readonly {
    readonly x: number;
    readonly y: number;
    readonly side: number;
    colour: Colour;
  }[],
): CanvasPixels {
  const data = new Uint8ClampedArray(size.width * size.height * 4).fill(255);
  for (const { x, y, side, colour } of boxes) {
    for (let row = y; row < y + side; row++) {
      for (let column = x; column < x + side; column++) {
        data.set(colour, (row * size.width + column) * 4);
      }
    }
  }
  return { ...size, data };
}

describe("spotsOf", () => {
  it("finds a spot two pixels wide anywhere", () => {
    for (const [x, y] of [
      [0, 0],
      [31, 17],
      [97, 58],
    ] as const) {
      const pixels = painted({ width: 100, height: 61 }, [{ x, y, side: 3, colour: GREEN }]);
      const [spot, ...others] = spotsOf(pixels, GREEN);
      expect(others.length).toBeLessThan(4);
      expect(spot && isColour(pixels, spot, GREEN)).toBe(true);
    }
  });

  it("accepts a colour slightly changed by a JPEG, and no other", () => {
    const side = 8;
    const size = { width: 20, height: 20 };
    const close: Colour = [60, 170, 120];
    expect(spotsOf(painted(size, [{ x: 4, y: 4, side, colour: close }]), GREEN)).not.toEqual([]);
    const other: Colour = [255, 0, 255];
    expect(spotsOf(painted(size, [{ x: 4, y: 4, side, colour: other }]), GREEN)).toEqual([]);
  });

  it("returns a limited number in a picture full of the colour", () => {
    const pixels = painted({ width: 1000, height: 1000 }, [
      { x: 0, y: 0, side: 1000, colour: GREEN },
    ]);
    expect(spotsOf(pixels, GREEN)).toHaveLength(2000);
  });
});

describe("parseColour", () => {
  it("parses computed colours, but no transparent ones", () => {
    expect(parseColour("rgb(34, 197, 94)")).toEqual([34, 197, 94]);
    expect(parseColour("rgba(34, 197, 94, 0.5)")).toBeUndefined();
    expect(parseColour("rgb(34 197 94 / 0.5)")).toBeUndefined();
    expect(parseColour("oklch(0.7 0.1 150)")).toBeUndefined();
    expect(parseColour("")).toBeUndefined();
  });
});
