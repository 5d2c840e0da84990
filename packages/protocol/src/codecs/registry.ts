/** The codecs that this version knows. */
import type { Cells, Codec } from "../picture/codec.ts";
import type { StreamDescription } from "../picture/stream.ts";
import { ProtocolError } from "../wire/close.ts";
import { JPEG } from "./jpeg/codec.ts";
import { JPEG_TILES } from "./jpeg-tiles/codec.ts";

/** One line per codec. Another may be added before the first connection. */
export const CODECS: Codec[] = [JPEG_TILES, JPEG];

export function codecNamed(name: string): Codec | undefined {
  return CODECS.find((codec) => codec.name === name);
}

/** @throws ProtocolError if this version does not know the codec */
export function codecOf({ codec }: StreamDescription): Codec {
  const known = codecNamed(codec);
  if (!known) throw new ProtocolError("the codec of the stream is unknown");
  return known;
}

/** The cells of a picture. @throws ProtocolError if its codec is unknown, or it has too many cells (4413) */
export function cellsOf(stream: StreamDescription): Cells {
  return codecOf(stream).cellsOf(stream);
}
