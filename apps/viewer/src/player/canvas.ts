/** The browser's JPEG decoder and a canvas: what the painter decodes with and draws on. */
import type { Decode, Surface } from "./painter.ts";

/** Decodes off the main thread. No rotation, no colour management: the samples as they were encoded. */
export const decodeBitmap: Decode<ImageBitmap> = (jpeg) =>
  createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }), {
    imageOrientation: "none",
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });

/**
 * A canvas as a surface. It stays the page's: its place and look there are not touched, only its size in px.
 * @throws Error if the browser gives no 2D context
 */
export function canvasSurface(canvas: HTMLCanvasElement): Surface<ImageBitmap> {
  const context = canvas.getContext("2d", { alpha: false, desynchronized: false });
  if (!context) throw new Error("this browser draws no 2D canvas");
  return {
    draw({ width, height }, pieces) {
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      }
      // Taking a size resets this.
      context.imageSmoothingEnabled = false;
      for (const { bitmap, blits } of pieces) {
        for (const { sourceX, sourceY, x, y, width: w, height: h } of blits) {
          context.drawImage(bitmap, sourceX, sourceY, w, h, x, y, w, h);
        }
      }
    },
    clear() {
      context.clearRect(0, 0, canvas.width, canvas.height);
    },
  };
}
