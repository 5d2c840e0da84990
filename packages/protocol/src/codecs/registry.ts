/** The codecs that this version knows. */
import type { Cells, Codec } from "../picture/codec.ts";
import type { StreamDescription } from "../picture/stream.ts";
import { ProtocolError } from "../wire/errors.ts";
import { JPEG } from "./jpeg/codec.ts";
import { JPEG_TILES } from "./jpeg-tiles/codec.ts";

/** One line per codec. Another may be added before the first connection. */
export const CODECS: Codec[] = [JPEG_TILES, JPEG];

export function codecNamed(name: string): Codec | undefined {
  return CODECS.find((codec) => codec.name === name);
}

/** The cells of a picture. @throws ProtocolError if its codec is unknown, or has too many cells (4413) */
export function cellsOf(stream: StreamDescription): Cells {
  const codec = codecNamed(stream.codec);
  if (!codec) throw new ProtocolError("the codec of the stream is unknown");
  return codec.cellsOf(stream);
}
