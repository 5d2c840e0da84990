/**
 * Where one receiver stands in a stored picture, and what it is sent next: always the newest tiles, and no more than fits its window. A receiver in
 * sync is one number. One that lags is sent cuts, and what it was sent is recorded in groups of tiles until it has caught up.
 */
import type { FrameStore } from "../picture/frame-store.ts";
import type { Tile } from "../wire/update.ts";
import { dueTiles, grantUpdate } from "./due.ts";
import type { Sender } from "./sender.ts";
import { SentTiles } from "./sent-tiles.ts";

/** A stored picture and the updates made from it. */
export interface Supply {
  readonly store: FrameStore;
  /** Grows whenever another picture takes this one's place. */
  readonly epoch: number;
  /** The update that brings a receiver from version `cursor` to now. May be shared by many receivers; never changed. */
  updateSince(cursor: number): Uint8Array<ArrayBuffer>;
  /** An update of these tiles, as they are now. */
  updateOf(tiles: readonly Tile[], options: { readonly cut: boolean }): Uint8Array<ArrayBuffer>;
}

export interface CursorEvents<Picture extends Supply> {
  /** An update of this picture was sent. */
  readonly sent?: (
    picture: Picture,
    update: { readonly cut: boolean; readonly bytes: number },
  ) => void;
  /** The record of a lagging receiver takes this many more bytes, or fewer. */
  readonly held?: (byBytes: number) => void;
}

export class Cursor<Picture extends Supply> {
  #epoch: number | undefined;
  /** The version that was sent in full; 0 if none was. */
  #version = 0;
  /** What was sent since, while the receiver lags. */
  #sent: SentTiles | undefined;

  constructor(
    private readonly sender: Sender,
    private readonly events: CursorEvents<Picture> = {},
  ) {}

  /** Whether the receiver has been sent all of this picture. */
  isCurrent(picture: Picture): boolean {
    return picture.epoch === this.#epoch && !this.#sent && this.#version === picture.store.version;
  }

  /** Sends what is due and fits the window. If not everything fits, `Sender.waiting` is true afterwards. */
  advance(picture: Picture, now: number): void {
    const { epoch, store } = picture;
    if (!this.sender.describe(epoch, store.stream)) return;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#version = 0;
      this.#record(undefined);
    }
    if (this.sender.waiting) return;
    while (
      this.#sent ? this.#sentLagging(picture, this.#sent, now) : this.#sentInSync(picture, now)
    );
  }

  /** There is no picture any more, or no connection: forgets what the receiver was sent. */
  forget(): void {
    this.#record(undefined);
  }

  /** @param sent the record of a receiver that lags; undefined for one that does not */
  #record(sent: SentTiles | undefined): void {
    const byBytes = (sent?.byteLength ?? 0) - (this.#sent?.byteLength ?? 0);
    this.#sent = sent;
    if (byBytes !== 0) this.events.held?.(byBytes);
  }

  /** @returns whether there may be more to send */
  #sentInSync(picture: Picture, now: number): boolean {
    const { store } = picture;
    if (this.#version === store.version) return false;
    const joins = this.#version === 0;
    // No whole picture is composed for a new receiver whose window it does not fit.
    if (!joins || this.#mayGo(store.byteLength, now)) {
      const message = picture.updateSince(this.#version);
      if (this.#mayGo(message.length, now)) {
        if (!this.sender.update(message, now)) return false;
        this.#version = store.version;
        this.events.sent?.(picture, { cut: false, bytes: message.length });
        return false;
      }
    }
    this.#record(new SentTiles(store.tileCount, this.#version));
    return true;
  }

  /** @returns whether there may be more to send */
  #sentLagging(picture: Picture, sent: SentTiles, now: number): boolean {
    const { store } = picture;
    const due = dueTiles(store, { sent, first: false, window: this.sender.window, now });
    if (!due) {
      this.sender.wait();
      return false;
    }
    const { tiles, cut } = due;
    const message = picture.updateOf(tiles, { cut });
    if (!this.sender.update(message, now)) return false;
    due.commit();
    if (!cut) {
      this.#version = store.version;
      this.#record(undefined);
    }
    this.events.sent?.(picture, { cut, bytes: message.length });
    return cut;
  }

  /** Whether an update may be sent whole. */
  #mayGo(bytes: number, now: number): boolean {
    const options = { bytes, first: this.#version === 0, now };
    return grantUpdate(this.sender.window, options) >= bytes;
  }
}
