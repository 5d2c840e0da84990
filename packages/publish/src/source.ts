/** Where pictures come from: the port that every source of frames implements, and how it can fail. */
import type { Size } from "@screen-share/protocol";

/** A picture as it was grabbed. */
export interface Frame extends Size {
  /** RGBA, 4 bytes per px, rows from the top without padding. Nobody writes to it again, so it may be kept. */
  readonly pixels: Uint8Array;
  /** When the grab began, ms on the platform's clock. */
  readonly capturedAt: number;
  /** What is shown, such as one monitor among several. */
  readonly subject: string;
}

/** There is nothing to grab at the moment: expected, and no bug. */
export class SourceFailure {
  constructor(
    /** Whether there is no display at all, Wayland hides it, or only the requested monitor is missing. */
    readonly kind: "no-display" | "wayland" | "no-monitor",
    /** A plain sentence. */
    readonly reason: string,
  ) {}
}

export interface Source {
  /** What grabs the pixels, for the log. */
  readonly name: string;

  /**
   * Grabs the current picture; its size may differ from the last one's. If the source knows that nothing has changed, the frame
   * holds the very `pixels` of the last one. A caller waits for one grab before it starts the next, and for the encoding of a
   * frame before it starts another grab. It may try again after a failure: what was gone may be back.
   */
  grab(): Promise<Frame | SourceFailure>;
}

/** Makes frames that are too large to share smaller. */
export interface Scaler {
  /** The frame itself if it is small enough, or a smaller one. */
  scale(frame: Frame): Promise<Frame>;
}
