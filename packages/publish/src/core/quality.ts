/**
 * Chooses the encoding quality: coarser while the link to the relay cannot carry the changes. The resolution never changes, so that text stays
 * readable. Areas that were sent coarsely and have been static for a while are repainted at higher quality.
 */

/** An area that has not changed for this long is static, ms. */
export const STILL_MS = 500;
/** Cut updates for this long mean that the link cannot carry this quality, ms. */
const OVERLOADED_MS = 500;
/** No cut for this long means that a finer quality may fit, ms. Each time it does not fit, the wait doubles, up to the maximum. */
const RELAXED_MS = 3000;
const MAX_RELAXED_MS = 48_000;

/** Levels of quality, coarsest first, 1 to 100 each. */
export interface Levels {
  readonly qualities: readonly number[];
  /** The index of the configured quality. */
  readonly base: number;
}

/** @param options.maxQuality for static areas, which are not repainted without it. @param options.adaptive whether to use coarser levels */
export function levelsOf(options: {
  readonly quality: number;
  readonly maxQuality: number | undefined;
  readonly adaptive: boolean;
}): Levels {
  const { quality, maxQuality = quality, adaptive } = options;
  const coarser = adaptive
    ? [0.35, 0.6].map((part) => Math.max(1, Math.round(part * quality)))
    : [];
  const qualities = [...new Set([...coarser, quality, Math.max(quality, maxQuality)])];
  return { qualities, base: qualities.indexOf(quality) };
}

export class QualityControl {
  /** The index of the level to use for changes. Read-only for others. */
  level: number;
  #cutSince: number | undefined;
  #fineSince: number;
  #relaxedMs = RELAXED_MS;
  #raisedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly levels: Levels,
    now: number,
  ) {
    this.level = levels.base;
    this.#fineSince = now;
  }

  /** A picture is finished. @param cut whether some of its damage was not sent before the next picture was due */
  sent(cut: boolean, now: number): void {
    if (cut) this.#overloaded(now);
    else this.#carried(now);
  }

  #overloaded(now: number): void {
    this.#cutSince ??= now;
    this.#fineSince = now;
    if (now - this.#cutSince < OVERLOADED_MS || this.level === 0) return;
    // The level above did not fit: it is tried again after a longer wait each time.
    const recent = now - this.#raisedAt < 2 * this.#relaxedMs;
    this.#relaxedMs = recent ? Math.min(2 * this.#relaxedMs, MAX_RELAXED_MS) : RELAXED_MS;
    this.level--;
    this.#cutSince = now;
  }

  #carried(now: number): void {
    this.#cutSince = undefined;
    if (this.level >= this.levels.base || now - this.#fineSince < this.#relaxedMs) return;
    this.level++;
    this.#raisedAt = now;
    this.#fineSince = now;
  }
}
