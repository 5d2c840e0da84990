import { geometryOf } from "@screen-share/protocol";
import { frameOf } from "@screen-share/publish/testing/frames";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SharpScaler, scaledSize } from "./scaler.ts";

describe("scaledSize", () => {
  it("fits any size: no side too long, never larger, same shape, fit for tiles", () => {
    const side = fc.integer({ min: 1, max: 20_000 });
    const maxDimension = fc.integer({ min: 1, max: 8192 });
    fc.assert(
      fc.property(side, side, maxDimension, (width, height, max) => {
        const scaled = scaledSize({ width, height }, max);
        expect(() => geometryOf(scaled)).not.toThrow();
        expect(Math.max(scaled.width, scaled.height)).toBeLessThanOrEqual(max);
        expect(scaled.width).toBeLessThanOrEqual(width);
        expect(scaled.height).toBeLessThanOrEqual(height);
        const factor = Math.max(scaled.width, scaled.height) / Math.max(width, height);
        expect(Math.abs(scaled.width - width * factor)).toBeLessThanOrEqual(1);
        expect(Math.abs(scaled.height - height * factor)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("Scaler", () => {
  it("hands on a frame that is small enough, as it is", async () => {
    const frame = frameOf({ width: 200, height: 100 });
    expect(await new SharpScaler(200).scale(frame)).toBe(frame);
  });

  it("keeps four bytes a px and the colours", async () => {
    const frame = frameOf({ width: 301, height: 40 });
    frame.pixels.fill(Buffer.of(10, 200, 30, 255));
    const scaled = await new SharpScaler(100).scale(frame);
    expect(scaled).toMatchObject({ width: 100, height: 13, capturedAt: frame.capturedAt });
    expect(scaled.pixels).toHaveLength(100 * 13 * 4);
    expect([...scaled.pixels.subarray(0, 4)]).toEqual([10, 200, 30, 255]);
  });

  it("does not scale the same pixels twice, yet knows when they were grabbed", async () => {
    const scaler = new SharpScaler(64);
    const frame = frameOf({ width: 200, height: 100 });
    const first = await scaler.scale(frame);
    const again = await scaler.scale({
      ...frame,
      pixels: Buffer.from(frame.pixels),
      capturedAt: 7,
    });
    expect(again.pixels === first.pixels).toBe(true);
    expect(again.capturedAt).toBe(7);
    const other = await scaler.scale(frameOf({ width: 200, height: 100 }, 2));
    expect(Buffer.compare(other.pixels, first.pixels)).not.toBe(0);
  });
});
