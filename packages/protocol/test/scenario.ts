/** The input of a simulation: a link, a picture that changes, and the rule that limits the bytes in flight. */
import type { LinkModel } from "./simulated-link.ts";

/** A rule of flow control, as a sender uses it. */
export interface Rule {
  /** How many of the pending bytes an update may have now: all, some, or 0 to wait. */
  grant(pendingBytes: number, now: number): number;
  sent(bytes: number, now: number): void;
  acked(count: number, now: number): void;
  /** The round trip of a ping on an idle connection. */
  pinged?(rttMs: number): void;
}

export interface Workload {
  /** The bytes of each tile by index. 0 for a tile that never changes. */
  readonly tileBytes: readonly number[];
  /** Tiles in a row. */
  readonly columns: number;
  /** The tiles that move, and their rate. */
  readonly moving: readonly number[];
  readonly fps: number;
  /** When they move. By default always. */
  readonly movesAt?: (now: number) => boolean;
  /** The tiles that are typed into, one at random per keystroke. */
  readonly typed: readonly number[];
  readonly keysPerS: number;
}

export interface Scenario {
  readonly link: LinkModel;
  readonly workload: Workload;
  readonly durationMs: number;
  /** When measuring starts. */
  readonly fromMs: number;
  /** When each viewer joins. By default there is one from the start. */
  readonly joinsAt?: readonly number[];
  /** The time to decode and draw an update, one after another. By default 8 ms. */
  readonly applyMs?: (bytes: number) => number;
  /** When a stall of the link ends. */
  readonly stallEndsAt?: number;
  /** The size of the kernel's send buffer. By default 4 MB. */
  readonly kernelBytes?: number;
  readonly seed?: number;
  /** Whether cuts keep a share for small regions. By default true. */
  readonly smallFirst?: boolean;
}
