import { geometryOf } from "@screen-share/protocol";
import { damagedTiles } from "@screen-share/publish";
import { describe, expect, it } from "vitest";
import { behavesAsSource, grabbed } from "../../test/source-suite.ts";
import { TestCard } from "./test-card.ts";

const realNow = () => performance.timeOrigin + performance.now();

describe("the test card", () => {
  behavesAsSource(() => new TestCard({ now: realNow, name: "vm" }));

  it("depends on the time alone", async () => {
    const at = (time: number) => grabbed(new TestCard({ now: () => time, name: "vm" }));
    const frame = await at(86_400_000);
    expect(frame.pixels.equals((await at(86_400_000)).pixels)).toBe(true);
    expect(frame.pixels.equals((await at(86_400_100)).pixels)).toBe(false);
    expect(frame).toMatchObject({ width: 1280, height: 720, capturedAt: 86_400_000 });
  });

  it("is mostly static", async () => {
    let now = 0;
    const card = new TestCard({ now: () => now, name: "vm" });
    const geometry = geometryOf({ width: 1280, height: 720 });
    for (let before = await grabbed(card); now < 4000; ) {
      now += 100;
      const after = await grabbed(card);
      const damage = damagedTiles(
        geometry,
        before.pixels,
        after.pixels,
        (a, b, start, end) => Buffer.compare(a.subarray(start, end), b.subarray(start, end)) === 0,
      );
      expect(damage.length).toBeGreaterThan(0);
      expect(damage.length).toBeLessThan(geometry.tileCount / 20);
      before = after;
    }
  });

  it.each([
    [1, 1],
    [7, 5],
    [1366, 768],
  ])("can be drawn at %i×%i", async (width, height) => {
    const card = new TestCard({
      now: () => 1234,
      name: "A-NAME.THAT:IS LONG",
      size: { width, height },
    });
    expect((await grabbed(card)).pixels).toHaveLength(width * height * 4);
  });
});
