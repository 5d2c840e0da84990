/** The bytes of a multipart stream (multipart/x-mixed-replace, RFC 2046 §5.1), in chunks, so that a socket is given no more than it accepts. */
import {
  assembleJpeg,
  EMPTY_TILE,
  emptySegment,
  geometryOf,
  type Size,
  TILE_MCUS,
  tileMcuCount,
} from "@screen-share/protocol";

const BOUNDARY = "picture";
export const MJPEG_CONTENT_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;
/** The beginning of a stream. */
export const OPENING: Uint8Array = ascii(`--${BOUNDARY}\r\n`);
/** A meaningless header line. */
export const FILLER: Uint8Array = ascii("X-Filler: 0\r\n");

/** The most that is handed to a socket at once, bytes. */
const CHUNK_BYTES = 64 * 1024;

/** A picture as a part. It ends with the boundary of the next one, since clients show a part once they have seen its end. */
export class StreamPart {
  readonly #head: Uint8Array;
  readonly #tail = ascii(`\r\n--${BOUNDARY}\r\n`);
  #at = 0;

  constructor(readonly jpeg: Uint8Array) {
    this.#head = ascii(`Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
  }

  /** The next bytes. Undefined at the end. The picture is shared, and never copied as a whole. */
  next(): Uint8Array | undefined {
    const from = this.#at;
    const length = this.#head.length + this.jpeg.length + this.#tail.length;
    if (from >= length) return undefined;
    const to = Math.min(length, from + CHUNK_BYTES);
    this.#at = to;
    const bytes = new Uint8Array(to - from);
    let offset = 0;
    for (const piece of [this.#head, this.jpeg, this.#tail]) {
      const [begin, end] = [Math.max(from, offset), Math.min(to, offset + piece.length)];
      if (begin < end) bytes.set(piece.subarray(begin - offset, end - offset), begin - from);
      offset += piece.length;
    }
    return bytes;
  }
}

/** A grey picture, shown if there is none. */
export function blankJpeg(size: Size): Uint8Array {
  const geometry = geometryOf(size);
  const flat = new Array<number>(64).fill(16);
  const segments = Array.from({ length: geometry.tileCount }, (_, index) => {
    const mcuCount = tileMcuCount(geometry, index);
    return mcuCount === TILE_MCUS ? EMPTY_TILE : emptySegment(mcuCount);
  });
  return assembleJpeg({ ...size, tables: { luma: flat, chroma: flat }, segments });
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
