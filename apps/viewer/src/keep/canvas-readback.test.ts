import { expect, it } from "vitest";
import { isReadable } from "./canvas-readback.ts";

/** A document whose canvases draw correctly, and return pixels altered by `spoil`. */
function documentThat(spoil: (data: Uint8ClampedArray) => void) {
  const pixels = new Uint8ClampedArray(16 * 16 * 4).fill(255);
  const context = {
    fillStyle: "",
    fillRect(x: number, y: number) {
      const colour = context.fillStyle.match(/\d+/g)?.map(Number) ?? [];
      pixels.set(colour, 4 * (16 * y + x));
    },
    getImageData() {
      const data = pixels.slice();
      spoil(data);
      return { data };
    },
  };
  const canvas = { width: 0, height: 0, getContext: () => context };
  return { createElement: () => canvas } as unknown as Document;
}

it("distinguishes an unaltered canvas from even a little noise", () => {
  expect(isReadable(documentThat(() => {}))).toBe(true);
  const random = documentThat((data) => {
    for (let at = 0; at < data.length; at++) data[at] = (at * 7919) % 256;
  });
  expect(isReadable(random)).toBe(false);
  // As in Firefox and Brave: the lowest bit of a few values.
  const little = documentThat((data) => {
    data[410] = (data[410] ?? 0) ^ 1;
  });
  expect(isReadable(little)).toBe(false);
  expect(isReadable(documentThat((data) => data.fill(255)))).toBe(false);
});
