/** The ports of publishing: sources, scalers, encoders, the links for viewers, the log and the platform. */

import type { Size, StreamDescription, Tile, Timing } from "@screen-share/protocol";
import type { SameBytes } from "./core/damage.ts";

/** Of every frame: RGBA. */
export const BYTES_PER_PX = 4;

/** A picture as it was grabbed. */
export interface Frame extends Size {
  /** RGBA, rows from the top without padding. Never written to again, so it may be kept. */
  readonly pixels: Uint8Array;
  /** When the grab began, ms on the platform's clock. */
  readonly capturedAt: number;
  readonly subject: string;
}

/** There is nothing to grab at the moment: expected, not a bug. */
export class SourceFailure {
  constructor(
    /** Whether there is no display at all, Wayland hides it, or only the requested monitor is missing. */
    readonly kind: "no-display" | "wayland" | "no-monitor",
    readonly reason: string,
  ) {}
}

export interface Source {
  /** What grabs the pixels, for the log. */
  readonly name: string;

  /**
   * Grabs the current picture, of any size; also after a failure, since the screen may be back. If nothing has changed, the frame may hold the very
   * `pixels` of the last one. Each grab and the encoding of its frame end before the next one starts.
   */
  grab(): Promise<Frame | SourceFailure>;
}

/** Makes frames that are too large to share smaller. */
export interface Scaler {
  /** The frame itself if it is small enough, or a smaller one. */
  scale(frame: Frame): Promise<Frame>;
}

export interface TileEncoder {
  /** As `--encoder` names it. */
  readonly name: string;

  /** The stream that its tiles belong to, for pictures of this size. */
  describe(size: Size): StreamDescription;

  /**
   * Encodes tiles. The frame's pixels are only read, and not kept once the promise has settled.
   * @param indices tiles of `geometryOf(frame)`, in ascending order
   * @param level the quality: an index into the qualities that it was opened with, coarsest first
   * @returns exactly these tiles if the codec is divisible; otherwise the whole picture, or nothing for no tiles
   */
  encode(frame: Frame, indices: readonly number[], level: number): Promise<readonly Tile[]>;
}

/** An encoder cannot be used on this machine: expected, not a bug. */
export class EncoderUnavailable {
  constructor(readonly reason: string) {}
}

export interface Platform extends Timing {
  sleep(ms: number): Promise<void>;
  readonly sameBytes: SameBytes;
  /** The processor time that this program has used, ms. */
  cpuMs(): number;
}

/** What the agent's parts log to. Messages are sentences; fields are for machines. */
export interface Log {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

export interface ProducerIdentity {
  /** 128 random bits that only this agent and its relay know, in hexadecimal. */
  readonly producerId: string;
  /** Links minted for another generation are no longer valid. */
  readonly generation: string;
}

export interface ViewerLinks {
  /** The identity for the next hello: from now on, links of its generation count. */
  begin(): ProducerIdentity;
  /** Whether another process has revoked our links since that hello, which also closes our connection. */
  readonly ended: boolean;
  /** The relay sent a link to its room with its welcome. */
  received(link: string): void;
  /** The relay replaces the previous link, which expires soon by its clock (P-38). */
  renewed(link: string): void;
  /** Called every few seconds while connected. */
  check(): void;
  stop(): void;
}
