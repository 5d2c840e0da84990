/** The statistics of a player, made only while there are listeners. A few numbers are always kept: they cannot be measured later. */
import type { ConnectionEvent } from "../core/connection-state.ts";
import { type Standing, type Statistics, StatisticsMeter } from "./statistics.ts";

export class StatisticsFeed {
  readonly #listeners = new Set<() => void>();
  #meter: StatisticsMeter | undefined;
  #statistics: Statistics | undefined;
  #connectedAt: number | undefined;
  #losses = 0;
  #hiddenAt: number | undefined;
  #hiddenMs = 0;

  /** @param now our clock, ms */
  constructor(
    private readonly now: () => number,
    visible: boolean,
  ) {
    this.#hiddenAt = visible ? undefined : now();
  }

  /** Undefined while there are no listeners. */
  get meter(): StatisticsMeter | undefined {
    return this.#meter;
  }

  /** @returns a function that ends the subscription */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#meter ??= new StatisticsMeter(this.now());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#meter = undefined;
      this.#statistics = undefined;
    };
  };

  /** Undefined in the first second of listening. The same object until there are newer statistics. */
  readonly get = (): Statistics | undefined => this.#statistics;

  on({ type }: ConnectionEvent): void {
    if (type === "producer" || type === "viewers") return;
    if (type === "lost" && this.#connectedAt !== undefined) this.#losses++;
    this.#connectedAt = type === "welcome" ? this.now() : undefined;
    this.#meter?.interrupted();
  }

  setVisible(visible: boolean): void {
    if (visible === (this.#hiddenAt === undefined)) return;
    const now = this.now();
    this.#hiddenMs = this.#hiddenForMs(now);
    this.#hiddenAt = visible ? undefined : now;
    this.#meter?.interrupted();
  }

  /** Must be called about once a second. @param standing called only while there are listeners */
  tick(standing: () => Omit<Standing, "connectedS" | "losses" | "hiddenS" | "visible">): void {
    if (!this.#meter) return;
    const now = this.now();
    const connectedMs = this.#connectedAt && Math.max(0, now - this.#connectedAt);
    this.#statistics = this.#meter.tick(now, {
      ...standing(),
      connectedS: connectedMs === undefined ? undefined : connectedMs / 1000,
      losses: this.#losses,
      hiddenS: this.#hiddenForMs(now) / 1000,
      visible: this.#hiddenAt === undefined,
    });
    for (const listener of this.#listeners) listener();
  }

  stop(): void {
    this.#listeners.clear();
    this.#meter = undefined;
  }

  #hiddenForMs(now: number): number {
    return this.#hiddenMs + (this.#hiddenAt === undefined ? 0 : Math.max(0, now - this.#hiddenAt));
  }
}
