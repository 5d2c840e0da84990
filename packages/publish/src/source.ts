/** Where pictures come from: the port that every source of frames fits, and what can go wrong with one. */
import type { Size } from "@screen-share/protocol";

/** A picture as it was grabbed. */
export interface Frame extends Size {
  /** RGBA, 4 bytes a px, rows from the top without padding. Nobody writes to it again, so it may be kept. */
  readonly pixels: Buffer;
  /** When the grab began, ms (`performance.timeOrigin + now()`). */
  readonly capturedAt: number;
  /** What it is a picture of, such as one monitor among several. */
  readonly subject: string;
}

/** There is nothing to grab, for now: expected, and no bug. */
export class SourceFailure {
  constructor(
    /** Whether there is no display at all, one that Wayland keeps hidden, or only not the monitor that was asked for. */
    readonly kind: "no-display" | "wayland" | "no-monitor",
    /** A plain sentence. */
    readonly reason: string,
  ) {}
}

export interface Source {
  /** What does the grabbing, for the log. */
  readonly name: string;

  /**
   * Grabs what there is to see now; its size may differ from the last one's. Where a source knows that nothing has
   * changed, the frame holds the very `pixels` of the last one. A caller waits for one grab before it asks for the
   * next. After a failure it may ask again: what was gone may be back.
   */
  grab(): Promise<Frame | SourceFailure>;
}

/** Makes frames that are too large to share smaller. */
export interface Scaler {
  /** The frame itself if it is small enough, or a smaller one. */
  scale(frame: Frame): Promise<Frame>;
}
