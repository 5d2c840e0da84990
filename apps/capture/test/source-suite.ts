/** What every adapter of the `Source` port must do, whatever it grabs from. */

import { type Source, SourceFailure } from "@screen-share/publish";
import type { BufferFrame } from "@screen-share/publish/testing/frames";
import { expect, it } from "vitest";

/** @param open called once a test; a source that has something to grab */
export function behavesAsSource(open: () => Source): void {
  it("gives tight RGBA rows, opaque throughout", async () => {
    const { width, height, pixels } = await grabbed(open());
    expect(pixels).toHaveLength(width * height * 4);
    for (let at = 3; at < pixels.length; at += 4) {
      if (pixels[at] !== 255) throw new Error(`px ${at >> 2} is not opaque`);
    }
  });

  it("tells when it began to grab", async () => {
    const before = performance.timeOrigin + performance.now();
    const { capturedAt } = await grabbed(open());
    const after = performance.timeOrigin + performance.now();
    expect(capturedAt).toBeGreaterThanOrEqual(before);
    expect(capturedAt).toBeLessThanOrEqual(after);
  });

  it("keeps its hands off frames that it gave away", async () => {
    const source = open();
    const first = await grabbed(source);
    const copy = Buffer.from(first.pixels);
    await grabbed(source);
    expect(first.pixels.equals(copy)).toBe(true);
  });

  it("says the same subject as long as it grabs the same", async () => {
    const source = open();
    expect((await grabbed(source)).subject).toBe((await grabbed(source)).subject);
  });
}

/** A frame, or a failed test. */
export async function grabbed(source: Source): Promise<BufferFrame> {
  const frame = await source.grab();
  if (frame instanceof SourceFailure) throw new Error(frame.reason);
  const { pixels } = frame;
  if (!Buffer.isBuffer(pixels)) throw new Error("a source of the agent grabs into Buffers");
  return { ...frame, pixels };
}
