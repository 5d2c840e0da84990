/** The port of encoders: pixels in, a picture's tiles out. Which encoder it is shows in the stream it describes. */
import type { Size, StreamDescription, Tile } from "@screen-share/protocol";
import type { Frame } from "./source.ts";

export interface TileEncoder {
  /** As `--encoder` names it. */
  readonly name: "jpeg-turbo" | "jpeg-js";

  /** The stream that its tiles belong to, for pictures of this size. */
  describe(size: Size): StreamDescription;

  /**
   * Encodes tiles.
   * @param frame its pixels are only read, and not kept
   * @param indices tiles of `geometryOf(frame)`, in ascending order
   * @param level how finely: an index of the qualities that it was opened with, coarse … fine
   * @returns for codec `jpeg-tiles` just these tiles; for codec `jpeg` the whole picture, or nothing for no tiles
   */
  encode(frame: Frame, indices: readonly number[], level: number): Tile[];
}

/** An encoder cannot be used on this machine: expected, and no bug. */
export class EncoderUnavailable {
  /** @param reason plain words */
  constructor(readonly reason: string) {}
}
