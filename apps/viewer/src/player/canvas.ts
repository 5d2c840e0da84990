/** The browser's image decoder and canvas, for the painter. On the page or in a worker. */
import type { Decode, Surface } from "./painter.ts";

export type AnyCanvas = HTMLCanvasElement | OffscreenCanvas;

const SETTINGS: CanvasRenderingContext2DSettings = { alpha: false, desynchronized: false };

export const decodeBitmap: Decode<ImageBitmap> = ({ bytes, type }) =>
  createImageBitmap(new Blob([bytes], { type }));

/** A canvas as a surface. Only its pixels and their number are changed. @throws Error if the browser gives no 2D context */
export function canvasSurface(canvas: AnyCanvas): Surface<ImageBitmap> {
  // Both kinds of canvas have this method, but no common type for it.
  const context = isOffscreen(canvas)
    ? canvas.getContext("2d", SETTINGS)
    : canvas.getContext("2d", SETTINGS);
  if (!context) throw new Error("this browser draws no 2D canvas");
  return {
    draw({ width, height }, pieces) {
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      }
      // A new size resets this.
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

/** Browsers without OffscreenCanvas have no such name. */
function isOffscreen(canvas: AnyCanvas): canvas is OffscreenCanvas {
  return "convertToBlob" in canvas;
}

/** The canvas as a PNG file. Rejects if the browser makes none. */
export function pngOf(canvas: AnyCanvas): Promise<Blob> {
  if (isOffscreen(canvas)) return canvas.convertToBlob({ type: "image/png" });
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("this browser made no PNG file"))),
      "image/png",
    ),
  );
}
