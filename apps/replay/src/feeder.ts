/**
 * Brings the relay up to the picture of now, as far as the window takes it: the counterpart of the pipeline, for a picture that is
 * encoded already. Nothing is queued, so whatever the link or the speed, what comes is never old.
 */
import { dueTiles, type FrameStore, SentTiles } from "@screen-share/protocol";
import type { Picture, Publisher, Session } from "@screen-share/publish";
import { Pacer } from "@screen-share/publish";
import type { Playback } from "./playback.ts";

/** At most so many times a second what is new is looked for; as the agent's fastest. */
const LOOKS_PER_SECOND = 60;
const SUBJECT = "recording";

export interface FeederParts {
  readonly playback: Pick<Playback, "shown">;
  readonly publisher: Pick<Publisher, "turn" | "publish">;
  /** ms (`performance.timeOrigin + now()`) */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What the other side was sent of a picture. */
interface Progress {
  readonly store: FrameStore;
  readonly sent: SentTiles;
  /** The picture's version that was sent in full. */
  version: number;
}

export class Feeder {
  readonly #pacer = new Pacer(LOOKS_PER_SECOND);
  #progress: Progress | undefined;
  /** There is more to send as soon as the window takes it. */
  #more = false;

  constructor(private readonly parts: FeederParts) {}

  /** Runs until the publisher has ended. */
  async run(): Promise<void> {
    const { publisher, now, sleep } = this.parts;
    for (;;) {
      await sleep(this.#more ? 0 : this.#pacer.delayMs(now()));
      const session = await publisher.turn();
      if (!session) return;
      if (!this.#more) this.#pacer.started(now());
      this.#more = this.#feed(session);
    }
  }

  /** @returns whether there is more */
  #feed(session: Session): boolean {
    const { playback, publisher, now } = this.parts;
    const store = playback.shown;
    if (!store) return false;
    const progress = this.#progressOf(session, store);
    // Where there is nothing to send the window is not to be asked.
    const current = store.pictureVersion === progress.version;
    if (current && !session.currentDue(now(), this.#pacer.intervalMs)) return false;
    const due = current
      ? { tiles: [], cut: false, commit: () => {} }
      : dueTiles(store, {
          sent: progress.sent,
          first: progress !== this.#progress,
          window: session.window,
          now: now(),
        });
    if (!due) {
      session.waiting = true;
      return true;
    }
    const { tiles, cut } = due;
    const keyframe = tiles.length === store.tileCount;
    const times = { capturedAt: now(), encodedAt: now() };
    const { stream } = store;
    const picture: Picture = { stream, subject: SUBJECT, keyframe, cut, tiles, ...times };
    if (publisher.publish(session, picture) === undefined) return false;
    due.commit();
    if (!cut) progress.version = store.pictureVersion;
    this.#progress = progress;
    return cut;
  }

  /** A connection begins with the whole picture, and so does another picture. */
  #progressOf(session: Session, store: FrameStore): Progress {
    const known = this.#progress;
    if (known?.store === store && !session.needsWhole(store.stream, SUBJECT)) return known;
    return { store, sent: new SentTiles(store.tileCount), version: 0 };
  }
}
