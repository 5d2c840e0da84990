import { seededRandom } from "@screen-share/protocol/testing";
import { describe, expect, it } from "vitest";
import { place } from "./fit.ts";

const box = (width: number, height: number) => ({ width, height });

describe("place", () => {
  it("shows a picture px as a device px where the box is just that size, on any density", () => {
    for (const devicePixelRatio of [1, 1.25, 1.5, 2, 3]) {
      const picture = box(1366, 768);
      const placed = place({ picture, box: picture, devicePixelRatio });
      expect(placed).toMatchObject({ left: 0, top: 0, scale: 1, pixelated: false });
      expect(placed.width * devicePixelRatio).toBeCloseTo(1366);
      expect(placed.height * devicePixelRatio).toBeCloseTo(768);
    }
  });

  it("keeps 1:1 when the box is up to 1 % larger or smaller, the rest split evenly", () => {
    const picture = box(1000, 500);
    expect(place({ picture, box: box(1008, 508), devicePixelRatio: 1 })).toMatchObject({
      scale: 1,
      left: 4,
      top: 4,
    });
    expect(place({ picture, box: box(992, 496), devicePixelRatio: 1 })).toMatchObject({
      scale: 1,
      left: -4,
      top: -2,
    });
    expect(place({ picture, box: box(980, 490), devicePixelRatio: 1 }).scale).toBeCloseTo(0.98);
  });

  it("leaves black at the sides of a wider box, and above and below in a taller one", () => {
    const picture = box(100, 100);
    expect(place({ picture, box: box(180, 50), devicePixelRatio: 1 })).toMatchObject({
      left: 65,
      top: 0,
      width: 50,
      height: 50,
    });
    expect(place({ picture, box: box(50, 180), devicePixelRatio: 1 })).toMatchObject({
      left: 0,
      top: 65,
    });
  });

  it("draws squares only at whole scales of 2 and more", () => {
    const picture = box(100, 100);
    const pixelated = (side: number) =>
      place({ picture, box: box(side, side), devicePixelRatio: 2 }).pixelated;
    expect([100, 150, 200, 201, 230, 300].map(pixelated)).toEqual([
      false,
      false,
      true,
      true,
      false,
      true,
    ]);
  });

  it("puts every edge on a device px, inside the box but for the 1 % that sharpness may cost", () => {
    const random = seededRandom(1);
    const side = () => 1 + Math.floor(8192 * random() ** 2);
    for (let i = 0; i < 2000; i++) {
      const picture = box(side(), side());
      const room = box(side(), side());
      const ratio = [0.9, 1, 1.1, 1.25, 1.5, 2, 2.625, 3][i % 8] ?? 1;
      const placed = place({ picture, box: room, devicePixelRatio: ratio });
      const edges = [placed.left, placed.top, placed.width, placed.height].map((n) => n * ratio);
      for (const edge of edges) expect(Math.abs(edge - Math.round(edge))).toBeLessThan(1e-6);
      const [, , width = 0, height = 0] = edges;
      expect(width).toBeLessThanOrEqual(room.width * 1.011 + 1);
      expect(height).toBeLessThanOrEqual(room.height * 1.011 + 1);
      expect(width >= room.width * 0.989 - 1 || height >= room.height * 0.989 - 1).toBe(true);
    }
  });
});
