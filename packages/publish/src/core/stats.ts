/** Where the pipeline's time goes: sums of each step over a period, for a debug line and the benchmark. */

export type PipelineStep = "grab" | "scale" | "damage" | "encode" | "send";

export class PipelineStats {
  #since: number;
  #cpuSinceMs: number;
  #counts = { grabs: 0, updates: 0, tiles: 0, bytes: 0 };
  #stepMs = zeroes();

  /** @param now any steady clock, ms. @param cpuMs the program's processor time so far */
  constructor(now: number, cpuMs: number) {
    this.#since = now;
    this.#cpuSinceMs = cpuMs;
  }

  /** A step took this long, in elapsed time, not processor time. */
  spent(step: PipelineStep, ms: number): void {
    this.#stepMs[step] += ms;
    if (step === "grab") this.#counts.grabs++;
  }

  /** An update was sent, perhaps one without tiles. */
  sent(update: { readonly tiles: number; readonly bytes: number }): void {
    this.#counts.updates++;
    this.#counts.tiles += update.tiles;
    this.#counts.bytes += update.bytes;
  }

  /** The sums since the last time, once at least `periodMs` have passed. Undefined until then. */
  take(now: number, cpuMs: number, periodMs: number) {
    if (now - this.#since < periodMs) return undefined;
    const { grab, scale, damage, encode, send } = this.#stepMs;
    const totals = {
      periodMs: rounded(now - this.#since),
      ...this.#counts,
      grabMs: rounded(grab),
      scaleMs: rounded(scale),
      damageMs: rounded(damage),
      encodeMs: rounded(encode),
      sendMs: rounded(send),
      cpuMs: rounded(cpuMs - this.#cpuSinceMs),
    };
    this.#since = now;
    this.#cpuSinceMs = cpuMs;
    this.#counts = { grabs: 0, updates: 0, tiles: 0, bytes: 0 };
    this.#stepMs = zeroes();
    return totals;
  }
}

function zeroes(): Record<PipelineStep, number> {
  return { grab: 0, scale: 0, damage: 0, encode: 0, send: 0 };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
