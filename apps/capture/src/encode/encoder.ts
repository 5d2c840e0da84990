/** The port of encoders: pixels in, a picture's tiles out. Which encoder it is shows in the stream it describes. */
import type { Size, StreamDescription, Tile } from "@screen-share/protocol";
import type { Frame } from "../source/source.ts";

export interface TileEncoder {
  /** As `--encoder` names it. */
  readonly name: "jpeg-turbo" | "jpeg-js";

  /** The stream that its tiles belong to, for pictures of this size. */
  describe(size: Size): StreamDescription;

  /**
   * Encodes what was damaged.
   * @param frame its pixels are only read, and not kept
   * @param damage tiles of `geometryOf(frame)`, in ascending order
   * @returns for codec `jpeg-tiles` just these tiles; for codec `jpeg` the whole picture, or nothing for no damage
   */
  encode(frame: Frame, damage: readonly number[]): Tile[];
}

/** An encoder cannot be used on this machine: expected, and no bug. */
export class EncoderUnavailable {
  /** @param reason plain words */
  constructor(readonly reason: string) {}
}
