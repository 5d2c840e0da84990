/** Composes one standard JPEG from the received tiles, for browsers whose canvas returns noise. Loaded on demand. */
import { COMPOSERS, type ComposerMemory, decodableJpeg } from "@screen-share/protocol";
import type { EncodedPicture } from "../player/handle.ts";

/** A page makes one JPEG at a time. */
const UNBOUNDED: ComposerMemory = { compose: () => true, release: () => {} };

/** @throws Error if some of the picture is missing, or no JPEG can be made of it */
export function composeJpeg({ stream, tiles }: EncodedPicture): Uint8Array<ArrayBuffer> {
  if (tiles.length === 0) throw new Error("there is no picture");
  const composer = COMPOSERS.get(stream.codec)?.(UNBOUNDED);
  if (!composer) throw new Error(`no JPEG can be made of codec ${stream.codec}`);
  const composition = composer.begin(stream, tiles);
  composition.run(() => false);
  return decodableJpeg(composition.jpeg, stream);
}
