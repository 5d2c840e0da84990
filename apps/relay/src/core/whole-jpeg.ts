/**
 * A room's picture as one standard JPEG, for plain viewers, streams and snapshots. Composing a large one takes seconds, so it is done in
 * slices. It costs the room time, and stops while the room is over its share of the relay's time or the relay lacks memory.
 */
import {
  CLOSE,
  COMPOSERS,
  type Composer,
  type Composition,
  ProtocolError,
} from "@screen-share/protocol";
import type { ShownPicture } from "./picture.ts";
import type { MemoryAccount } from "./picture-memory.ts";
import type { Time } from "./time.ts";
import type { Work } from "./work.ts";

/** The longest time that composing delays other clients at once, ms. */
export const SLICE_MS = 10;
/** The shortest wait before the next slice of a room that had no time left, ms. */
const MIN_PAUSE_MS = 20;

/** A whole JPEG, and the picture that it shows. */
export interface WholeJpeg {
  /** Shared: must not be changed. */
  readonly bytes: Uint8Array;
  readonly epoch: number;
  /** The version at which the picture last changed. */
  readonly pictureVersion: number;
  /** The JPEG as a plain producer sent it, if it has an EXIF rotation. Shared: must not be changed. */
  readonly producersBytes: Uint8Array | undefined;
}

/** Identifies a room's picture. */
export type PictureVersion = Pick<WholeJpeg, "epoch" | "pictureVersion">;

interface Job {
  readonly composition: Composition;
  readonly of: PictureVersion;
  cancel: () => void;
}

export class WholeJpegs {
  #ready: WholeJpeg | undefined;
  #readyBytes = 0;
  /** The last one, even after it was forgotten. */
  #last: (PictureVersion & { readonly length: number }) | undefined;
  #job: Job | undefined;
  #waiting: ((whole: WholeJpeg | undefined) => void)[] = [];
  /** Makes JPEGs of the codec that was last shown. */
  #composer: { readonly codec: string; readonly composer: Composer } | undefined;

  constructor(
    private readonly parts: {
      readonly memory: MemoryAccount;
      readonly work: Work;
      readonly time: Time;
      /** A whole JPEG that took a while is ready. */
      readonly composed: () => void;
    },
  ) {}

  /** Why this picture can never become a JPEG, if it cannot. */
  refusal({ store }: ShownPicture): ProtocolError | undefined {
    const { codec } = store.stream;
    if (COMPOSERS.has(codec)) return undefined;
    const reason = `a picture of codec ${codec} cannot be sent as a JPEG`;
    return new ProtocolError(reason, CLOSE.forbidden);
  }

  /** The newest JPEG, perhaps of an older picture while this one is being composed. Undefined if there is none; `composed` is called later. */
  newest(shown: ShownPicture): WholeJpeg | undefined {
    if (!this.#ready || !isOf(this.#ready, shown)) this.#begin(shown);
    return this.#ready;
  }

  /** Calls back once, now or later: with the newest JPEG, or undefined if the room has too little time or memory. */
  request(shown: ShownPicture, settle: (whole: WholeJpeg | undefined) => void): void {
    const ready = this.newest(shown);
    if (ready) settle(ready);
    else if (!this.#job || this.parts.work.debtMs > 0) settle(undefined);
    else this.#waiting.push(settle);
  }

  /** The length of this picture's JPEG, bytes. Undefined if it was never composed. */
  lengthOf(shown: ShownPicture): number | undefined {
    return this.#last && isOf(this.#last, shown) ? this.#last.length : undefined;
  }

  /** Forgets the JPEG of an outdated picture. Composing continues; otherwise a picture that changes all the time would never be shown. */
  outdated(): void {
    this.#ready = undefined;
    this.parts.memory.release(this.#readyBytes);
    this.#readyBytes = 0;
  }

  /** No viewers are left, but requests may be waiting. */
  rest(): void {
    if (this.#waiting.length === 0) this.forget();
  }

  forget(): void {
    this.outdated();
    if (this.#job) {
      this.#job.cancel();
      this.parts.memory.release(this.#job.composition.reservedBytes);
      this.#job = undefined;
      this.parts.memory.busy = false;
    }
    this.#settle(undefined);
    this.#composer?.composer.clear();
  }

  #begin(shown: ShownPicture): void {
    if (this.#job) return;
    const { store } = shown;
    const composer = this.#composerOf(store.stream.codec);
    if (!composer) return;
    const { memory, work } = this.parts;
    const composition = composer.begin(store.stream, store.since(0));
    this.#job = { composition, of: versionOf(shown), cancel: () => {} };
    memory.busy = true;
    if (work.debtMs > 0 && !composition.cheap) this.#later(this.#job);
    else this.#slice(this.#job);
  }

  #composerOf(codec: string): Composer | undefined {
    if (this.#composer?.codec === codec) return this.#composer.composer;
    this.#composer?.composer.clear();
    const composer = COMPOSERS.get(codec)?.(this.parts.memory);
    this.#composer = composer && { codec, composer };
    return composer;
  }

  /** @returns whether it is done */
  #slice(job: Job): boolean {
    const { time, work } = this.parts;
    const endsAt = time.now() + SLICE_MS;
    const progress = work.spend(() => job.composition.run(() => time.now() >= endsAt));
    if (progress === "unfinished") this.#later(job);
    else if (progress === "no memory") this.forget();
    else this.#finish(job);
    return progress === "done";
  }

  #later(job: Job): void {
    const { time, work } = this.parts;
    const { debtMs } = work;
    if (debtMs > 0) this.#settle(undefined);
    job.cancel = time.after(debtMs > 0 ? Math.max(MIN_PAUSE_MS, debtMs) : 0, () => {
      if (work.debtMs > 0) this.#later(job);
      else if (this.#slice(job)) this.parts.composed();
    });
  }

  #finish({ composition, of }: Job): void {
    this.outdated();
    const { jpeg: bytes, producersJpeg: producersBytes } = composition;
    this.#ready = { ...of, bytes, producersBytes };
    this.#last = { ...of, length: bytes.length };
    this.#readyBytes = composition.reservedBytes;
    this.#job = undefined;
    this.parts.memory.busy = false;
    this.#settle(this.#ready);
  }

  #settle(whole: WholeJpeg | undefined): void {
    for (const settle of this.#waiting.splice(0)) settle(whole);
  }
}

export function versionOf({ epoch, store: { pictureVersion } }: ShownPicture): PictureVersion {
  return { epoch, pictureVersion };
}

function isOf(whole: PictureVersion, { store, epoch }: ShownPicture): boolean {
  return whole.epoch === epoch && whole.pictureVersion === store.pictureVersion;
}
