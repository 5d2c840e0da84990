/**
 * Copies what is played to another canvas, each time that it is drawn. Not from the picture's own canvas, which may be a worker's: what
 * that draws is not there yet when it is told of, and while the page is hidden may not come at all (in Chromium).
 */
import type { Size } from "@screen-share/protocol";
import type { EncodedPicture } from "../player/handle.ts";
import { contained } from "./core/recording.ts";

/** Where a picture can be copied from. */
export interface PictureSource {
  /** What stands there, px; undefined: nothing that may be seen. */
  size(): Size | undefined;
  /** It, for the caller to draw and close. Rejects while there is nothing. */
  bitmap(): Promise<ImageBitmap>;
  /** What is to be said of it where it is seen, if it is not the present. */
  remark(): string | undefined;
  /** Calls after each drawing. @returns what ends that */
  onDrawn(listener: () => void): () => void;
}

/** The picture that is playing, and what can be done with it. */
export interface PictureHandle extends PictureSource {
  /** The current picture as a PNG file, at its full size. Rejects if there is none. */
  snapshotPng(): Promise<Blob>;
  /** The current picture as it was received. */
  encoded(): Promise<EncodedPicture>;
  /** A link that opens this room for another person. */
  link(): string;
  /** Keeps playing while the page is hidden. @returns a function that ends this */
  keepPlaying(): () => void;
}

export interface Mirror {
  /** Resolves once the first copy is there. Never rejects. */
  readonly begun: Promise<void>;
  end(): void;
}

/** Copied so often though nothing changes: so a video of it has frames, and a picture that is gone goes from here, too. */
const STILL_MS = 1000;

/**
 * @param options.size the target's for good, in which pictures are as large as they fit; undefined: it takes the picture's
 * @param options.marked whether a picture that is not the present is dimmed, and says so
 * @throws Error if the browser gives no 2D context
 */
export function mirror(
  source: PictureSource,
  target: HTMLCanvasElement,
  options: { readonly size?: Size; readonly marked?: boolean },
): Mirror {
  const { size: fixed, marked = false } = options;
  const context = target.getContext("2d", { alpha: false });
  if (!context) throw new Error("this browser draws no 2D canvas");
  if (fixed) resize(target, fixed);
  let ended = false;
  let copying = false;
  /** Something was drawn since the copy that is being made was asked for. */
  let behind = false;
  const copy = async () => {
    behind = true;
    if (copying) return;
    copying = true;
    while (behind && !ended) {
      behind = false;
      const bitmap = await source.bitmap().catch(() => undefined);
      if (!ended) put(context, bitmap, fixed);
      const remark = marked && !ended ? source.remark() : undefined;
      if (remark !== undefined) mark(context, remark);
      bitmap?.close();
    }
    copying = false;
  };
  const leave = source.onDrawn(() => void copy());
  const still = setInterval(() => void copy(), STILL_MS);
  return {
    begun: copy(),
    end() {
      ended = true;
      leave();
      clearInterval(still);
    },
  };
}

function put(
  context: CanvasRenderingContext2D,
  bitmap: ImageBitmap | undefined,
  fixed: Size | undefined,
): void {
  const { canvas } = context;
  if (!fixed && bitmap) resize(canvas, bitmap);
  const place = bitmap && contained(bitmap, canvas);
  if (place?.width !== canvas.width || place.height !== canvas.height) {
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  if (!bitmap || !place) return;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, place.left, place.top, place.width, place.height);
}

/** Dims what stands there, and writes a line below. */
function mark(context: CanvasRenderingContext2D, words: string): void {
  const { width, height } = context.canvas;
  const line = Math.max(12, Math.round(width / 28));
  context.save();
  context.fillStyle = "rgb(0 0 0 / 0.5)";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "rgb(23 23 27)";
  context.fillRect(0, height - 2 * line, width, 2 * line);
  context.fillStyle = "#fafafa";
  context.font = `${line}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(words, width / 2, height - line, width - line);
  context.restore();
}

function resize(canvas: HTMLCanvasElement, { width, height }: Size): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
