/** What every adapter of the `Source` port must do. */
import { type Source, SourceFailure } from "@screen-share/publish";
import type { BufferFrame } from "@screen-share/publish/testing/frames";
import { expect, it } from "vitest";

/** @param open returns a source that has something to grab; called once per test */
export function behavesAsSource(open: () => Source): void {
  it("returns RGBA rows without padding, opaque throughout", async () => {
    const { width, height, pixels } = await grabbed(open());
    expect(pixels).toHaveLength(width * height * 4);
    for (let at = 3; at < pixels.length; at += 4) {
      if (pixels[at] !== 255) throw new Error(`px ${at >> 2} is not opaque`);
    }
  });

  it("reports when it began to grab", async () => {
    const before = performance.timeOrigin + performance.now();
    const { capturedAt } = await grabbed(open());
    const after = performance.timeOrigin + performance.now();
    expect(capturedAt).toBeGreaterThanOrEqual(before);
    expect(capturedAt).toBeLessThanOrEqual(after);
  });

  it("does not change a frame that it has returned", async () => {
    const source = open();
    const first = await grabbed(source);
    const copy = Buffer.from(first.pixels);
    await grabbed(source);
    expect(first.pixels.equals(copy)).toBe(true);
  });

  it("reports the same subject as long as it grabs the same screen", async () => {
    const source = open();
    expect((await grabbed(source)).subject).toBe((await grabbed(source)).subject);
  });
}

export async function grabbed(source: Source): Promise<BufferFrame> {
  const frame = await source.grab();
  if (frame instanceof SourceFailure) throw new Error(frame.reason);
  const { pixels } = frame;
  if (!Buffer.isBuffer(pixels)) throw new Error("a source of the agent grabs into Buffers");
  return { ...frame, pixels };
}
