/** Where the time goes: sums of each stage over a period, for a debug line and the benchmark. */

export type Stage = "grab" | "scale" | "damage" | "encode" | "send";

/** Sums over one period. The stages' times are ms of the clock on the wall, not of the processor. */
export interface Totals {
  readonly periodMs: number;
  readonly grabs: number;
  /** Updates sent, those of 0 tiles included. */
  readonly updates: number;
  readonly tiles: number;
  readonly bytes: number;
  readonly grabMs: number;
  readonly scaleMs: number;
  readonly damageMs: number;
  readonly encodeMs: number;
  readonly sendMs: number;
}

export class Stats {
  #since: number;
  #grabs = 0;
  #updates = 0;
  #tiles = 0;
  #bytes = 0;
  #stageMs = zeroes();

  /** @param now any steady clock, ms */
  constructor(now: number) {
    this.#since = now;
  }

  /** A stage ran so long. */
  spent(stage: Stage, ms: number): void {
    this.#stageMs[stage] += ms;
    if (stage === "grab") this.#grabs++;
  }

  /** An update was sent. */
  sent(update: { readonly tiles: number; readonly bytes: number }): void {
    this.#updates++;
    this.#tiles += update.tiles;
    this.#bytes += update.bytes;
  }

  /** The sums since the last time, once at least `periodMs` have passed; undefined until then. */
  take(now: number, periodMs: number): Totals | undefined {
    if (now - this.#since < periodMs) return undefined;
    const { grab, scale, damage, encode, send } = this.#stageMs;
    const totals: Totals = {
      periodMs: round(now - this.#since),
      grabs: this.#grabs,
      updates: this.#updates,
      tiles: this.#tiles,
      bytes: this.#bytes,
      grabMs: round(grab),
      scaleMs: round(scale),
      damageMs: round(damage),
      encodeMs: round(encode),
      sendMs: round(send),
    };
    this.#since = now;
    this.#grabs = this.#updates = this.#tiles = this.#bytes = 0;
    this.#stageMs = zeroes();
    return totals;
  }
}

function zeroes(): Record<Stage, number> {
  return { grab: 0, scale: 0, damage: 0, encode: 0, send: 0 };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
