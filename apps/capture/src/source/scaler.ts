/**
 * Makes large frames smaller, and leaves all others as they are. Costs time and sharpness, so it is not done
 * twice for a screen that stands still.
 */
import { geometryOf, MCU_SIDE, ProtocolError, type Size } from "@screen-share/protocol";
import type { Frame, Scaler } from "@screen-share/publish";

/** The size of what `SharpScaler` makes of a picture: same shape, no side over `maxDimension`, and fit for tiles. */
export function scaledSize({ width, height }: Size, maxDimension: number): Size {
  const longer = Math.max(width, height);
  // The area has a bound too, which only pictures far from any screen's shape meet.
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

  /** @param maxDimension the longest side that may leave here, px */
  constructor(private readonly maxDimension: number) {}

  /** The frame itself if it is small enough, or a smaller one. */
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
  // Loaded here, since few screens need it.
  const { default: sharp } = await import("sharp");
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .resize(to.width, to.height, { fit: "fill" })
    .raw()
    .toBuffer();
}
