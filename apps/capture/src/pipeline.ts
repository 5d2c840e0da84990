/**
 * The way of a picture, one at a time: grab → scale → damage → encode → publish. Nothing is grabbed before the
 * last update was applied, so there is never a queue; what could not be sent stays damage. Owns the retries of a
 * source that is gone.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Backoff, geometryOf, type StreamDescription } from "@screen-share/protocol";
import { allTiles, damagedTiles, type SameBytes } from "./core/damage.ts";
import type { Pacer } from "./core/pacer.ts";
import type { Picture, Session } from "./core/session.ts";
import { type Stage, Stats } from "./core/stats.ts";
import type { TileEncoder } from "./encode/encoder.ts";
import type { Log } from "./log.ts";
import type { Publisher } from "./publish/publisher.ts";
import type { Scaler } from "./scale.ts";
import { type Frame, type Source, SourceFailure } from "./source/source.ts";

const RETRY = { firstMs: 500, maxMs: 15_000 } as const;
const STATS_PERIOD_MS = 1000;

export interface PipelineParts {
  readonly source: Source;
  readonly scaler: Pick<Scaler, "scale">;
  readonly encoder: TileEncoder;
  readonly publisher: Pick<Publisher, "turn" | "publish">;
  readonly pacer: Pacer;
  readonly log: Log;
  /** ms (`performance.timeOrigin + now()`) */
  readonly now: () => number;
  /** uniform in [0, 1) */
  readonly random: () => number;
}

export class Pipeline {
  /** The very pixels that the last accepted update was made of. */
  #baseline: Frame | undefined;
  #sourceFailed = false;
  #announced: { readonly session: Session; readonly text: string } | undefined;
  readonly #backoff = new Backoff(RETRY);
  readonly #stats: Stats;
  #cpu = process.cpuUsage();

  constructor(private readonly parts: PipelineParts) {
    this.#stats = new Stats(parts.now());
  }

  /** Runs until the publisher has ended. */
  async run(): Promise<void> {
    const { publisher, pacer, source, scaler, now } = this.parts;
    for (;;) {
      await sleep(pacer.delayMs(now()));
      const session = await publisher.turn();
      if (!session) return;
      pacer.started(now());
      const frame = await this.#timed("grab", () => source.grab());
      if (frame instanceof SourceFailure) {
        await this.#awaitSource(frame);
        continue;
      }
      this.#sourceWorks();
      this.#publish(session, await this.#timed("scale", () => scaler.scale(frame)));
      this.#reportStats();
    }
  }

  /** In one go: a refresh that came between looking for damage and sending it would be lost. */
  #publish(session: Session, frame: Frame): void {
    const { encoder, publisher, pacer, now } = this.parts;
    const stream = encoder.describe(frame);
    const geometry = geometryOf(frame);
    const startedAt = now();
    const damage = this.#damage(session, stream, frame);
    const comparedAt = now();
    this.#stats.spent("damage", comparedAt - startedAt);
    if (damage.length === 0 && !session.currentDue(comparedAt, pacer.intervalMs)) return;

    const tiles = encoder.encode(frame, damage);
    const encodedAt = now();
    this.#stats.spent("encode", encodedAt - comparedAt);

    const keyframe = tiles.length === (stream.codec === "jpeg" ? 1 : geometry.tileCount);
    const { subject, capturedAt } = frame;
    const picture: Picture = { stream, subject, keyframe, tiles, capturedAt, encodedAt };
    const bytes = publisher.publish(session, picture);
    this.#stats.spent("send", now() - encodedAt);
    if (bytes === undefined) return;
    this.#baseline = frame;
    this.#stats.sent({ tiles: tiles.length, bytes });
    this.#announce(session, frame);
  }

  #damage(session: Session, stream: StreamDescription, frame: Frame): number[] {
    const geometry = geometryOf(frame);
    if (!this.#baseline || session.needsWhole(stream, frame.subject)) return allTiles(geometry);
    return damagedTiles(geometry, this.#baseline.pixels, frame.pixels, sameBytes);
  }

  /** Says what is shared, once a connection and again when it changes. */
  #announce(session: Session, { width, height }: Frame): void {
    const { source, encoder, pacer, log } = this.parts;
    const fps = Math.round(1000 / pacer.intervalMs);
    const by = `grabbed by ${source.name}, encoded by ${encoder.name}`;
    const text = `sharing ${width}×${height} at up to ${fps} fps, ${by}`;
    if (this.#announced?.session === session && this.#announced.text === text) return;
    this.#announced = { session, text };
    log.info(text);
  }

  /** It was there once, so it may come back: waits a while, and longer each time. */
  async #awaitSource({ reason }: SourceFailure): Promise<void> {
    const { log, random } = this.parts;
    if (!this.#sourceFailed) log.warn(`${reason} Trying again until it is back.`);
    this.#sourceFailed = true;
    await sleep(this.#backoff.nextMs(random()));
  }

  #sourceWorks(): void {
    if (this.#sourceFailed) this.parts.log.info("the screen is back");
    this.#sourceFailed = false;
    this.#backoff.reset();
  }

  async #timed<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const startedAt = this.parts.now();
    const result = await work();
    this.#stats.spent(stage, this.parts.now() - startedAt);
    return result;
  }

  #reportStats(): void {
    const totals = this.#stats.take(this.parts.now(), STATS_PERIOD_MS);
    if (!totals) return;
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    this.parts.log.debug("stats", { ...totals, cpuMs: (user + system) / 1000 });
  }
}

const sameBytes: SameBytes = (a, b, start, end) =>
  Buffer.prototype.compare.call(a, b, start, end, start, end) === 0;
