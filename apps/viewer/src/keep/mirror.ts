/**
 * Copies the picture to another canvas after each drawing. The source is not the picture's own canvas, because a worker's drawing is not
 * on it yet when it is reported, and in Chromium may never be while the page is hidden.
 */
import type { Size } from "@screen-share/protocol";
import type { PlayerHandle } from "../player/handle.ts";
import { contained } from "./core/recording.ts";

export interface PictureSource extends Pick<PlayerHandle, "bitmap"> {
  /** Undefined if there is no picture. */
  size(): Size | undefined;
  /** The remark to show with an outdated picture; undefined while the picture is current. */
  remark(): string | undefined;
  /** Calls `listener` after each drawing. @returns a function that ends this */
  onDrawn(listener: () => void): () => void;
}

export interface PictureHandle
  extends PictureSource,
    Pick<PlayerHandle, "snapshotPng" | "encoded"> {
  /** A link that opens this room for another person. */
  link(): string;
  /** Keeps playing while the page is hidden. @returns a function that ends this */
  keepPlaying(): () => void;
}

export interface Mirror {
  /** Resolves after the first copy. Never rejects. */
  readonly begun: Promise<void>;
  end(): void;
}

/** An unchanged picture is copied at this interval, so that a video of it has frames, and a picture that is gone disappears. */
const REPEAT_MS = 1000;

/**
 * @param options.size a fixed size of the target, into which pictures are fitted; `marked`: dims an outdated picture, and adds a remark
 * @throws Error if the browser gives no 2D context
 */
export function mirror(
  source: PictureSource,
  target: HTMLCanvasElement,
  { size: fixed, marked = false }: { size?: Size; marked?: boolean },
): Mirror {
  const context = target.getContext("2d", { alpha: false });
  if (!context) throw new Error("this browser draws no 2D canvas");
  if (fixed) resize(target, fixed);
  let ended = false;
  let copying = false;
  /** There was another drawing since the current copy was started. */
  let behind = false;
  const copy = async () => {
    behind = true;
    if (copying) return;
    copying = true;
    while (behind && !ended) {
      behind = false;
      const bitmap = await source.bitmap().catch(() => undefined);
      if (!ended && !fixed && bitmap) resize(target, bitmap);
      if (!ended) put(context, bitmap);
      const remark = marked && !ended ? source.remark() : undefined;
      if (remark !== undefined) mark(context, remark);
      bitmap?.close();
    }
    copying = false;
  };
  const leave = source.onDrawn(() => void copy());
  const repeat = setInterval(() => void copy(), REPEAT_MS);
  return {
    begun: copy(),
    end() {
      ended = true;
      leave();
      clearInterval(repeat);
    },
  };
}

/** Fits a picture into the canvas. Without one, the canvas becomes black. */
function put(context: CanvasRenderingContext2D, bitmap: ImageBitmap | undefined): void {
  const { canvas } = context;
  const place = bitmap && contained(bitmap, canvas);
  if (place?.width !== canvas.width || place.height !== canvas.height) {
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  if (!bitmap || !place) return;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, place.left, place.top, place.width, place.height);
}

/** Dims the picture, and writes a line at its bottom. */
function mark(context: CanvasRenderingContext2D, remark: string): void {
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
  context.fillText(remark, width / 2, height - line, width - line);
  context.restore();
}

function resize(canvas: HTMLCanvasElement, { width, height }: Size): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
