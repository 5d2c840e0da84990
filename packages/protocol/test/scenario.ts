/** What a simulation is of: a link, a picture that changes, and a rule that says how much of it may be on its way. */
import type { LinkModel } from "./simulated-link.ts";

/** A rule of flow control, as a sender asks it. */
export interface Rule {
  /** How long an update may be now, where so many bytes wait: all of them, a part, or 0 to wait. */
  grant(pendingBytes: number, now: number): number;
  sent(bytes: number, now: number): void;
  acked(count: number, now: number): void;
  /** The round trip of a ping that found the connection idle. */
  pinged?(rttMs: number): void;
}

export interface Workload {
  /** Bytes of each tile; its index is its place in the picture. 0: a tile that never changes. */
  readonly tileBytes: readonly number[];
  /** Tiles in a row. */
  readonly columns: number;
  /** The tiles that move, and how often. */
  readonly moving: readonly number[];
  readonly fps: number;
  /** When they move; always by default. */
  readonly movesAt?: (now: number) => boolean;
  /** The tiles that are typed into, one a keystroke, at random. */
  readonly typed: readonly number[];
  readonly keysPerS: number;
}

export interface Scenario {
  readonly link: LinkModel;
  readonly workload: Workload;
  readonly durationMs: number;
  /** Before this nothing is measured. */
  readonly fromMs: number;
  /** When each viewer joins; one, at once, by default. */
  readonly joinsAt?: readonly number[];
  /** Decoding and drawing an update, one after another; 8 ms by default. */
  readonly applyMs?: (bytes: number) => number;
  /** When the link stops standing still: what is older is old. */
  readonly stallEndsAt?: number;
  /** The kernel's send buffer; 4 MB by default. */
  readonly kernelBytes?: number;
  readonly seed?: number;
  /** Whether cuts keep a share for small regions; true by default. */
  readonly smallFirst?: boolean;
}
