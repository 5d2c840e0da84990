/**
 * The way of a picture, one at a time: grab → scale → damage → encode → publish. Nothing is grabbed that the window would not
 * take, so there is never a queue. What it does not take at once goes as soon as there is room, until the next picture is due; what
 * was not sent by then stays damage. Owns the retries of a source that is gone.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Backoff, geometryOf, type StreamDescription } from "@screen-share/protocol";
import { type Composed, compose, FrameDamage } from "./compose.ts";
import { Baseline } from "./core/baseline.ts";
import type { SameBytes } from "./core/damage.ts";
import { FirstPicture } from "./core/first-picture.ts";
import type { Pacer } from "./core/pacer.ts";
import { type Levels, QualityControl } from "./core/quality.ts";
import type { Picture, Session } from "./core/session.ts";
import { type Stage, Stats } from "./core/stats.ts";
import type { TileEncoder } from "./encoder.ts";
import type { Log } from "./log.ts";
import type { Publisher } from "./publisher/publisher.ts";
import { type Frame, type Scaler, type Source, SourceFailure } from "./source.ts";

const RETRY = { firstMs: 500, maxMs: 15_000 } as const;
const STATS_PERIOD_MS = 1000;

export interface PipelineParts {
  readonly source: Source;
  readonly scaler: Scaler;
  readonly encoder: TileEncoder;
  /** The encoder's. */
  readonly levels: Levels;
  readonly publisher: Pick<Publisher, "turn" | "publish">;
  readonly pacer: Pacer;
  readonly log: Log;
  /** ms (`performance.timeOrigin + now()`) */
  readonly now: () => number;
  /** uniform in [0, 1) */
  readonly random: () => number;
}

export class Pipeline {
  #baseline: Baseline | undefined;
  /** Of the last frame. */
  #damage: FrameDamage | undefined;
  /** How the first picture on this connection gets on. */
  #first: FirstPicture | undefined;
  readonly #quality: QualityControl;
  /** The last picture, while there is more of it to send. */
  #unsent: { readonly frame: Frame; readonly damaged: boolean } | undefined;
  #sourceFailed = false;
  #announced: { readonly session: Session; readonly text: string } | undefined;
  readonly #backoff = new Backoff(RETRY);
  readonly #stats: Stats;
  #cpu = process.cpuUsage();

  constructor(private readonly parts: PipelineParts) {
    this.#stats = new Stats(parts.now());
    this.#quality = new QualityControl(parts.levels, parts.now());
  }

  /** Runs until the publisher has ended. */
  async run(): Promise<void> {
    const { publisher, pacer, source, scaler, now } = this.parts;
    for (;;) {
      await sleep(this.#unsent ? 0 : pacer.delayMs(now()));
      const session = await publisher.turn();
      if (!session) return;
      if (this.#unsent && pacer.delayMs(now()) > 0) {
        this.#publish(session, this.#unsent.frame);
        continue;
      }
      // The last picture could not be sent before this one is due.
      if (this.#unsent?.damaged) this.#quality.sent(true, now());
      this.#unsent = undefined;
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
    const { encoder, publisher, pacer, levels, now } = this.parts;
    const stream = encoder.describe(frame);
    const startedAt = now();
    const damage = this.#damageOf(session, stream, { frame, now: startedAt });
    const { baseline } = damage;
    const comparedAt = now();
    this.#stats.spent("damage", comparedAt - startedAt);

    const composed = compose(frame, {
      encoder,
      damage,
      whole: baseline !== this.#baseline,
      window: session.window,
      level: this.#levelOf(session, damage, comparedAt),
      finest: levels.qualities.length - 1,
      now: comparedAt,
    });
    const encodedAt = now();
    this.#stats.spent("encode", encodedAt - comparedAt);
    this.#unsent = undefined;
    if (!composed) {
      this.#unsent = { frame, damaged: damage.queue.count > 0 };
      session.waiting = true;
      return;
    }
    const { tiles, cut } = composed;
    if (tiles.length === 0 && !session.currentDue(comparedAt, pacer.intervalMs)) return;

    const keyframe = stream.codec === "jpeg" || tiles.length === baseline.geometry.tileCount;
    const { subject, capturedAt } = frame;
    const picture: Picture = { stream, subject, keyframe, cut, tiles, capturedAt, encodedAt };
    const bytes = publisher.publish(session, picture);
    this.#stats.spent("send", now() - encodedAt);
    if (bytes === undefined) {
      this.#damage = undefined;
      return;
    }
    session.window.busy(startedAt, now());
    if (composed.more) this.#unsent = { frame, damaged: cut };
    if (baseline !== this.#baseline) this.#first = new FirstPicture(encodedAt);
    this.#first?.sent(bytes);
    this.#baseline = baseline;
    this.#sent(damage, composed, encodedAt);
    this.#stats.sent({ tiles: tiles.length, bytes });
    this.#announce(session, frame);
  }

  /** Worked out once a frame, unless the relay wants the whole picture meanwhile. */
  #damageOf(
    session: Session,
    stream: StreamDescription,
    { frame, now }: { readonly frame: Frame; readonly now: number },
  ): FrameDamage {
    const known = this.#damage;
    const begins = session.needsWhole(stream, frame.subject);
    if (known?.frame === frame && begins === (known.baseline !== this.#baseline)) return known;
    const baseline =
      this.#baseline && !begins ? this.#baseline : new Baseline(geometryOf(frame), sameBytes);
    const damage = new FrameDamage(frame, baseline, baseline.sortedDamage(frame.pixels, now));
    this.#damage = damage;
    return damage;
  }

  /** How finely damage is encoded: the rest of a first picture that takes long goes coarse. */
  #levelOf({ window }: Session, { baseline, queue }: FrameDamage, now: number): number {
    const first = baseline === this.#baseline && !baseline.whole ? this.#first : undefined;
    const rest = { inFlightBytes: window.inFlight, remainingBytes: queue.bytes };
    return first?.isSlow(now, rest) ? 0 : this.#quality.level;
  }

  #sent(damage: FrameDamage, composed: Composed, now: number): void {
    const { tiles, indices, levels, faint, cut, fresh } = composed;
    const { pixels } = damage.frame;
    // A picture of codec `jpeg` is one tile to the other side; to us it is all that was damaged.
    const lengths = tiles.length === indices.length ? tiles.map(({ bytes }) => bytes.length) : [];
    const { complete } = damage;
    damage.baseline.sent({ pixels, indices, lengths, levels, faint, complete, now });
    if (fresh && !cut && tiles.length > 0) this.#quality.sent(false, now);
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
