/**
 * How finely to encode. Where the way to the relay cannot carry what changes, first coarser tables are used, and what the window
 * does not take is left for later; the resolution is never touched, so that text stays readable. What was sent coarse and has been
 * still for a while is repainted fine. Decides, and encodes nothing.
 */

/** What has not changed for so long is still, ms. */
export const STILL_MS = 500;
/** Cut updates for so long mean that the link cannot carry it, ms. */
const OVERLOADED_MS = 500;
/** No cut for so long means that finer may fit, ms. The wait doubles, up to the longest, whenever it did not. */
const RELAXED_MS = 3000;
const MAX_RELAXED_MS = 48_000;

/** Levels of quality, coarse … fine, 1 … 100 each. */
export interface Levels {
  readonly qualities: readonly number[];
  /** The one that is meant to be used. */
  readonly base: number;
}

/**
 * @param options.quality of the base, 1 … 100
 * @param options.maxQuality of what is still; undefined: it is not repainted
 * @param options.adaptive whether coarser ones may be used
 */
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
  #level: number;
  #cutSince: number | undefined;
  #fineSince: number;
  #relaxedMs = RELAXED_MS;
  #raisedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly levels: Levels,
    now: number,
  ) {
    this.#level = levels.base;
    this.#fineSince = now;
  }

  /** Which of the levels to use for what moves. */
  get level(): number {
    return this.#level;
  }

  /** A picture is done with. @param cut whether not all of its damage was sent before the next one was due */
  sent(cut: boolean, now: number): void {
    if (cut) this.#overloaded(now);
    else this.#carried(now);
  }

  #overloaded(now: number): void {
    this.#cutSince ??= now;
    this.#fineSince = now;
    if (now - this.#cutSince < OVERLOADED_MS || this.#level === 0) return;
    // The level above did not fit: it is tried again later and later.
    const recent = now - this.#raisedAt < 2 * this.#relaxedMs;
    this.#relaxedMs = recent ? Math.min(2 * this.#relaxedMs, MAX_RELAXED_MS) : RELAXED_MS;
    this.#level--;
    this.#cutSince = now;
  }

  #carried(now: number): void {
    this.#cutSince = undefined;
    if (this.#level >= this.levels.base || now - this.#fineSince < this.#relaxedMs) return;
    this.#level++;
    this.#raisedAt = now;
    this.#fineSince = now;
  }
}
