/** Brings the relay up to the recording's current picture, as far as the window takes it. Nothing is queued. */
import {
  Cursor,
  encodeUpdate,
  type FrameStore,
  type Supply,
  type Tile,
} from "@screen-share/protocol";
import { Pacer, type Platform, type Publisher, type PublishSession } from "@screen-share/publish";
import type { Playback } from "./playback.ts";

/** How often at most it looks for something new: as often as the agent at its fastest. */
const LOOKS_PER_SECOND = 60;

export interface FeederParts {
  readonly playback: Pick<Playback, "shown">;
  readonly publisher: Pick<Publisher, "turn">;
  readonly platform: Pick<Platform, "now" | "sleep">;
}

export class Feeder {
  readonly #pacer = new Pacer(LOOKS_PER_SECOND);
  #replicated: ReplicatedRecording | undefined;

  constructor(private readonly parts: FeederParts) {}

  /** Runs until the publisher has ended. */
  async run(): Promise<void> {
    const { publisher, playback, platform } = this.parts;
    for (;;) {
      // An update that only waits for room in the window is continued as soon as there is some.
      if (!this.#replicated?.session.sender.waiting) {
        await platform.sleep(this.#pacer.delayMs(platform.now()));
      }
      const session = await publisher.turn();
      if (!session) return;
      this.#pacer.started(platform.now());
      const store = playback.shown;
      if (!store) continue;
      if (this.#replicated?.session !== session) {
        this.#replicated = new ReplicatedRecording(session, store, platform);
      }
      this.#replicated.advance(store, this.#pacer.intervalMs);
    }
  }
}

/** The recording's picture as it is replicated over one connection. */
class ReplicatedRecording implements Supply {
  /** Grows with another picture and with each request for the whole picture (P-34). */
  epoch = 1;
  #refreshCount: number;
  readonly #cursor: Cursor<ReplicatedRecording>;

  constructor(
    readonly session: PublishSession,
    public store: FrameStore,
    private readonly platform: Pick<Platform, "now">,
  ) {
    this.#refreshCount = session.refreshCount;
    this.#cursor = new Cursor(session.sender);
  }

  /** Sends what is due of this picture. @param nextInMs when the next opportunity will be */
  advance(store: FrameStore, nextInMs: number): void {
    const { sender, refreshCount } = this.session;
    if (store !== this.store || refreshCount !== this.#refreshCount) {
      this.store = store;
      this.#refreshCount = refreshCount;
      this.epoch++;
    }
    const now = this.platform.now();
    this.#cursor.advance(this, now);
    if (this.#cursor.isCurrent(this) && sender.currentDue(now, nextInMs)) {
      sender.update(this.updateOf([], { cut: false }), now);
    }
  }

  updateSince(cursor: number): Uint8Array<ArrayBuffer> {
    return this.updateOf(this.store.since(cursor), { cut: false });
  }

  updateOf(tiles: readonly Tile[], { cut }: { readonly cut: boolean }): Uint8Array<ArrayBuffer> {
    const keyframe = tiles.length === this.store.tileCount;
    const now = this.session.onRelayClock(this.platform.now());
    const times = { capturedAt: now, encodedAt: now, relayedAt: 0 };
    return encodeUpdate({ keyframe, cut, epoch: this.epoch, ...times, tiles });
  }
}
