/**
 * A picture's path, one picture at a time: grab → scale → damage → encode → publish. Nothing is queued: what does not fit the window is sent once
 * there is room, or becomes damage again when the next picture is due. Retries a source that is gone.
 */
import { Backoff, geometryOf } from "@screen-share/protocol";
import { type Composed, compose, FrameDamage } from "./compose.ts";
import { Baseline } from "./core/baseline.ts";
import { FirstPicture } from "./core/first-picture.ts";
import type { Pacer } from "./core/pacer.ts";
import { type Levels, QualityControl } from "./core/quality.ts";
import { PipelineStats, type PipelineStep } from "./core/stats.ts";
import { PendingUpdate } from "./pending-update.ts";
import {
  type Frame,
  type Log,
  type Platform,
  type Scaler,
  type Source,
  SourceFailure,
  type TileEncoder,
} from "./ports.ts";
import type { Publisher } from "./publisher/publisher.ts";
import type { PublishSession } from "./session.ts";

const RETRY = { firstMs: 500, maxMs: 15_000 } as const;
const STATS_PERIOD_MS = 1000;

export interface PipelineParts {
  readonly source: Source;
  readonly scaler: Scaler;
  readonly encoder: TileEncoder;
  /** The qualities that the encoder was opened with. */
  readonly levels: Levels;
  readonly publisher: Pick<Publisher, "turn">;
  readonly pacer: Pacer;
  readonly log: Log;
  readonly platform: Platform;
}

export class Pipeline {
  #baseline: Baseline | undefined;
  #damage: FrameDamage | undefined;
  #first: FirstPicture | undefined;
  readonly #quality: QualityControl;
  /** The last frame, while there is more of it to send. */
  #unsent: { readonly frame: Frame; readonly damaged: boolean } | undefined;
  #sourceFailed = false;
  #announced: { readonly session: PublishSession; readonly text: string } | undefined;
  readonly #backoff = new Backoff(RETRY);
  readonly #stats: PipelineStats;

  constructor(private readonly parts: PipelineParts) {
    const { platform, levels } = parts;
    this.#stats = new PipelineStats(platform.now(), platform.cpuMs());
    this.#quality = new QualityControl(levels, platform.now());
  }

  /** Runs until the publisher has ended. */
  async run(): Promise<void> {
    const { publisher, pacer, source, scaler, platform } = this.parts;
    for (;;) {
      await platform.sleep(this.#unsent ? 0 : pacer.delayMs(platform.now()));
      const session = await publisher.turn();
      if (!session) return;
      if (this.#unsent && pacer.delayMs(platform.now()) > 0) {
        await this.#publish(session, this.#unsent.frame);
        continue;
      }
      // The last picture could not be sent before this one was due.
      if (this.#unsent?.damaged) this.#quality.sent(true, platform.now());
      this.#unsent = undefined;
      pacer.started(platform.now());
      const frame = await this.#timed("grab", () => source.grab());
      if (frame instanceof SourceFailure) {
        await this.#awaitSource(frame);
        continue;
      }
      this.#sourceWorks();
      await this.#publish(session, await this.#timed("scale", () => scaler.scale(frame)));
      this.#reportStats();
    }
  }

  /** Encodes as much of a frame as fits the window, and sends it unless it is now void. */
  async #publish(session: PublishSession, frame: Frame): Promise<void> {
    const { encoder, pacer, levels, platform } = this.parts;
    const stream = encoder.describe(frame);
    const begins = session.needsWhole(stream, frame.subject);
    const startedAt = platform.now();
    const damage = this.#damageOf(frame, begins, startedAt);
    const comparedAt = platform.now();
    this.#stats.spent("damage", comparedAt - startedAt);

    const composing = compose(frame, {
      encoder,
      damage,
      whole: damage.baseline !== this.#baseline,
      window: session.sender.window,
      level: this.#levelOf(session, damage, comparedAt),
      finest: levels.qualities.length - 1,
      now: comparedAt,
    });
    this.#unsent = undefined;
    if (!composing) {
      this.#unsent = { frame, damaged: damage.queue.count > 0 };
      session.sender.wait();
      return;
    }
    const composed = await composing;
    const encodedAt = platform.now();
    this.#stats.spent("encode", encodedAt - comparedAt);
    const { tiles } = composed;
    if (tiles.length === 0 && !session.sender.currentDue(comparedAt, pacer.intervalMs)) return;

    const pending = new PendingUpdate({ session, stream, damage, begins, composed });
    const bytes = pending.commit(encodedAt);
    this.#stats.spent("send", platform.now() - encodedAt);
    if (bytes === undefined) {
      this.#damage = undefined;
      return;
    }
    session.sender.window.busy(startedAt, platform.now());
    if (composed.more) this.#unsent = { frame, damaged: composed.cut };
    this.#sent(damage, composed, { bytes, now: encodedAt });
    this.#announce(session, frame);
  }

  /** Computed once per frame, and again if the relay requests the whole picture meanwhile. */
  #damageOf(frame: Frame, begins: boolean, now: number): FrameDamage {
    const known = this.#damage;
    if (known?.frame === frame && begins === (known.baseline !== this.#baseline)) return known;
    const { sameBytes } = this.parts.platform;
    const baseline =
      this.#baseline && !begins ? this.#baseline : new Baseline(geometryOf(frame), sameBytes);
    const damage = new FrameDamage(frame, baseline, baseline.sortedDamage(frame.pixels, now));
    this.#damage = damage;
    return damage;
  }

  /** The quality for damage: the rest of a slow first picture is encoded coarsely. */
  #levelOf({ sender }: PublishSession, { baseline, queue }: FrameDamage, now: number): number {
    const first = baseline === this.#baseline && !baseline.whole ? this.#first : undefined;
    const rest = { inFlightBytes: sender.window.inFlight, remainingBytes: queue.bytes };
    return first?.isSlow(now, rest) ? 0 : this.#quality.level;
  }

  #sent(
    { baseline }: FrameDamage,
    { tiles, cut, fresh }: Composed,
    { bytes, now }: { readonly bytes: number; readonly now: number },
  ): void {
    if (baseline !== this.#baseline) this.#first = new FirstPicture(now);
    this.#first?.sent(bytes);
    this.#baseline = baseline;
    if (fresh && !cut && tiles.length > 0) this.#quality.sent(false, now);
    this.#stats.sent({ tiles: tiles.length, bytes });
  }

  /** Logs what is shared, once per connection and again when it changes. */
  #announce(session: PublishSession, { width, height }: Frame): void {
    const { source, encoder, pacer, log } = this.parts;
    const fps = Math.round(1000 / pacer.intervalMs);
    const by = `grabbed by ${source.name}, encoded by ${encoder.name}`;
    const text = `sharing ${width}×${height} at up to ${fps} fps, ${by}`;
    if (this.#announced?.session === session && this.#announced.text === text) return;
    this.#announced = { session, text };
    log.info(text);
  }

  /** The source has worked before, so it may come back: waits, longer each time. */
  async #awaitSource({ reason }: SourceFailure): Promise<void> {
    const { log, platform } = this.parts;
    if (!this.#sourceFailed) log.warn(`${reason} Trying again until it is back.`);
    this.#sourceFailed = true;
    await platform.sleep(this.#backoff.nextMs(platform.random()));
  }

  #sourceWorks(): void {
    if (this.#sourceFailed) this.parts.log.info("the screen is back");
    this.#sourceFailed = false;
    this.#backoff.reset();
  }

  async #timed<T>(stage: PipelineStep, work: () => Promise<T>): Promise<T> {
    const { platform } = this.parts;
    const startedAt = platform.now();
    const result = await work();
    this.#stats.spent(stage, platform.now() - startedAt);
    return result;
  }

  #reportStats(): void {
    const { platform, log } = this.parts;
    const totals = this.#stats.take(platform.now(), platform.cpuMs(), STATS_PERIOD_MS);
    if (totals) log.debug("stats", totals);
  }
}
