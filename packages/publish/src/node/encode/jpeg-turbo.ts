/**
 * Encodes tiles with libjpeg-turbo (@julusian/jpeg-turbo): each as a small JPEG of its own, of which only the entropy-coded bytes are
 * kept. They are identical to those that the scan of the whole picture would contain.
 */
import { createRequire } from "node:module";
import type JpegTurbo from "@julusian/jpeg-turbo";
import {
  equalTables,
  type Geometry,
  geometryOf,
  JPEG_TILES,
  MCU_SIDE,
  type QuantTables,
  readTileJpeg,
  type Size,
  type StreamDescription,
  TILE_MCUS,
  type Tile,
  tileMcuCount,
  tileRuns,
} from "@screen-share/protocol";
import { BYTES_PER_PX, EncoderUnavailable, type Frame, type TileEncoder } from "../../ports.ts";

const STRIP_BYTES = TILE_MCUS * MCU_SIDE * MCU_SIDE * BYTES_PER_PX;
/** The length of an EOI marker. */
const EOI_BYTES = 2;

/** Pixels for the native encoder: a rectangle in a buffer. */
interface Block extends Size {
  /** Begins with the first px and holds at least stride × height px. */
  readonly pixels: Buffer;
  /** px from one row to the next */
  readonly stride: number;
}

/** Loads the native encoder. @param qualities 1 to 100 each, coarsest first, at most 4 */
export function openJpegTurbo(qualities: readonly number[]): TileEncoder | EncoderUnavailable {
  try {
    return new JpegTurboEncoder(createRequire(import.meta.url)("@julusian/jpeg-turbo"), qualities);
  } catch (error) {
    return new EncoderUnavailable(error instanceof Error ? error.message : String(error));
  }
}

class JpegTurboEncoder implements TileEncoder {
  readonly name = "jpeg-turbo";
  readonly #tables: readonly QuantTables[];
  /** The header of each size of block at each level, after it was parsed and checked once. */
  readonly #headers = new Map<string, Buffer>();
  readonly #jpeg: Buffer;
  readonly #strip = Buffer.alloc(STRIP_BYTES);

  constructor(
    private readonly turbo: typeof JpegTurbo,
    private readonly qualities: readonly number[],
  ) {
    const size = { width: TILE_MCUS * MCU_SIDE, height: MCU_SIDE };
    this.#jpeg = Buffer.alloc(turbo.bufferSize({ ...size, subsampling: turbo.SAMP_444 }));
    const sample = { ...size, pixels: this.#strip, stride: size.width };
    this.#tables = qualities.map((_, level) => readTileJpeg(this.#compress(sample, level)).tables);
  }

  describe({ width, height }: Size): StreamDescription {
    return { codec: JPEG_TILES.name, width, height, tables: [...this.#tables] };
  }

  async encode(frame: Frame, indices: readonly number[], level: number): Promise<Tile[]> {
    const geometry = geometryOf(frame);
    return indices.map((index) => {
      const block = inPlace(frame, geometry, index) ?? gather(frame, geometry, index, this.#strip);
      const jpeg = this.#compress(block, level);
      // Copied, because the next tile is encoded to the same buffer.
      const bytes = Buffer.from(jpeg.subarray(this.#scanStart(jpeg, block, level), -EOI_BYTES));
      return { index, table: level, bytes };
    });
  }

  /** The result is overwritten by the next call. */
  #compress({ pixels, width, height, stride }: Block, level: number): Buffer {
    return this.turbo.compressSync(pixels, this.#jpeg, {
      format: this.turbo.FORMAT_RGBA,
      width,
      height,
      stride,
      subsampling: this.turbo.SAMP_444,
      quality: this.qualities[level] ?? 1,
    });
  }

  /** Parses the first JPEG of each size completely; later ones must begin with the same header. */
  #scanStart(jpeg: Buffer, { width, height }: Size, level: number): number {
    const kind = `${width}x${height} ${level}`;
    const header = this.#headers.get(kind);
    if (header && jpeg.compare(header, 0, header.length, 0, header.length) === 0) {
      return header.length;
    }
    const { scanStart, tables } = readTileJpeg(jpeg);
    if (!equalTables(tables, this.#tables[level])) throw new Error("the encoder's tables changed");
    this.#headers.set(kind, Buffer.from(jpeg.subarray(0, scanStart)));
    return scanStart;
  }
}

/**
 * The tile in place in the frame, without a copy. Undefined if it wraps to another row of MCUs, or the encoder would read beyond the
 * frame's end. The part beyond the picture's edge is left out, since the encoder itself repeats the edge.
 */
function inPlace(frame: Frame, geometry: Geometry, index: number): Block | undefined {
  const [run, ...others] = tileRuns(geometry, index);
  if (!run || others.length > 0) return undefined;
  const pixels = bufferOf(frame.pixels).subarray(byteAt(frame, run.x, run.y));
  if (pixels.length < frame.width * run.height * BYTES_PER_PX) return undefined;
  return { pixels, width: run.width, height: run.height, stride: frame.width };
}

/** A copy of the tile in a strip, with the picture's edge repeated beyond it. */
function gather(frame: Frame, geometry: Geometry, index: number, strip: Buffer): Block {
  const pixels = bufferOf(frame.pixels);
  const width = tileMcuCount(geometry, index) * MCU_SIDE;
  for (const run of tileRuns(geometry, index)) {
    const insideBytes = run.width * BYTES_PER_PX;
    for (let y = 0; y < MCU_SIDE; y++) {
      const from = byteAt(frame, run.x, run.y + Math.min(y, run.height - 1));
      const to = (y * width + run.mcuOffset * MCU_SIDE) * BYTES_PER_PX;
      pixels.copy(strip, to, from, from + insideBytes);
      const end = to + insideBytes;
      const lastPx = Buffer.from(strip.subarray(end - BYTES_PER_PX, end));
      strip.fill(lastPx, end, to + run.mcuCount * MCU_SIDE * BYTES_PER_PX);
    }
  }
  return { pixels: strip, width, height: MCU_SIDE, stride: width };
}

/** The same bytes as the Buffer that the native encoder requires. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function byteAt({ width }: Size, x: number, y: number): number {
  return (y * width + x) * BYTES_PER_PX;
}
