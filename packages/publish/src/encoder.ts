/** The port of encoders: pixels in, a picture's tiles out. The stream that an encoder describes tells which kind of encoder it is. */
import type { Size, StreamDescription, Tile } from "@screen-share/protocol";
import type { Frame } from "./source.ts";

export interface TileEncoder {
  /** As `--encoder` names it. */
  readonly name: string;

  /** The stream that its tiles belong to, for pictures of this size. */
  describe(size: Size): StreamDescription;

  /**
   * Encodes tiles.
   * @param frame its pixels are only read, and not kept once the promise has settled
   * @param indices tiles of `geometryOf(frame)`, in ascending order
   * @param level how finely: an index into the qualities that it was opened with, coarsest first
   * @returns exactly these tiles if the codec is divisible; otherwise the whole picture, or nothing for no tiles
   */
  encode(frame: Frame, indices: readonly number[], level: number): Promise<readonly Tile[]>;
}

/** An encoder cannot be used on this machine: expected, and no bug. */
export class EncoderUnavailable {
  /** @param reason in plain words */
  constructor(readonly reason: string) {}
}
