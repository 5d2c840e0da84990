/** A recording's picture over time, at any speed: at each moment, what was shown then. It continues whether or not anyone is watching. */
import type { FrameStore } from "@screen-share/protocol";
import {
  type Platform,
  RecordedPicture,
  type RecordingEnd,
  RecordingReader,
} from "@screen-share/publish";

/** Timers cannot wait much longer. */
const MAX_SLEEP_MS = 60_000;
/** How long the last picture is shown before a recording starts again. */
export const LOOP_PAUSE_MS = 1000;

export interface PlaybackOptions {
  /** Returns the recording's bytes from their start, each time it is called. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** 1 is the original speed, 2 is twice as fast. */
  readonly speed: number;
  /** Whether to start again at the end, for ever. */
  readonly loop: boolean;
  /** Called at each end. */
  readonly onEnd: (end: RecordingEnd) => void;
  readonly platform: Pick<Platform, "now" | "sleep">;
}

export class Playback {
  readonly #picture = new RecordedPicture();

  constructor(private readonly options: PlaybackOptions) {}

  /** The whole current picture. Undefined before the first. */
  get shown(): FrameStore | undefined {
    return this.#picture.shown;
  }

  /** Plays from the first record to the end, or for ever. Call it once. @throws Error if it cannot be read */
  async run(): Promise<void> {
    const { loop, onEnd, platform } = this.options;
    do {
      onEnd(await this.#pass());
      if (loop) await this.#until(platform.now() + LOOP_PAUSE_MS);
    } while (loop);
  }

  async #pass(): Promise<RecordingEnd> {
    const { open, speed, platform } = this.options;
    const reader = new RecordingReader(open());
    let startsAt: number | undefined;
    for await (const record of reader.records()) {
      startsAt ??= platform.now() - record.atMs / speed;
      await this.#until(startsAt + record.atMs / speed);
      const end = this.#picture.take(record);
      if (end) return end;
    }
    return reader.end;
  }

  async #until(time: number): Promise<void> {
    const { now, sleep } = this.options.platform;
    for (let left = time - now(); left > 0; left = time - now()) {
      await sleep(Math.min(left, MAX_SLEEP_MS));
    }
  }
}
