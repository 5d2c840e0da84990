/** Makes large frames smaller, with sharp. It takes time, so a static screen is not scaled twice. */
import { geometryOf, MCU_SIDE, ProtocolError, type Size } from "@screen-share/protocol";
import type { Frame, Scaler } from "@screen-share/publish";

/** The size to which `SharpScaler` scales a picture: the same shape, no side longer than `maxDimension`, and valid for tiles. */
export function scaledSize({ width, height }: Size, maxDimension: number): Size {
  const longer = Math.max(width, height);
  // The area has a limit too, which only pictures of very unusual shapes reach.
  for (let target = Math.min(longer, maxDimension); target > MCU_SIDE; target -= MCU_SIDE) {
    const size = fitted({ width, height }, target / longer);
    if (isTileable(size)) return size;
  }
  return fitted({ width, height }, Math.min(longer, maxDimension) / longer);
}

function fitted({ width, height }: Size, factor: number): Size {
  return {
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
  };
}

function isTileable(size: Size): boolean {
  try {
    geometryOf(size);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

export class SharpScaler implements Scaler {
  #last: { readonly from: Frame; readonly to: Frame } | undefined;

  constructor(private readonly maxDimension: number) {}

  async scale(frame: Frame): Promise<Frame> {
    const size = scaledSize(frame, this.maxDimension);
    if (size.width === frame.width && size.height === frame.height) return frame;
    const { capturedAt, subject } = frame;
    if (this.#last && samePixels(this.#last.from, frame)) {
      return { ...this.#last.to, capturedAt, subject };
    }
    const pixels = await resize(frame, size);
    this.#last = { from: frame, to: { ...size, pixels, capturedAt, subject } };
    return this.#last.to;
  }
}

function samePixels(a: Frame, b: Frame): boolean {
  return a.width === b.width && a.height === b.height && Buffer.compare(a.pixels, b.pixels) === 0;
}

async function resize({ width, height, pixels }: Frame, to: Size): Promise<Buffer> {
  // Loaded only when needed, because few screens are that large.
  const { default: sharp } = await import("sharp");
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .resize(to.width, to.height, { fit: "fill" })
    .raw()
    .toBuffer();
}
