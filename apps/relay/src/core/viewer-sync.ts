/**
 * Keeps one viewer in sync with its room's picture; the room is charged for the work. A viewer's messages cost no more than what is sent in response,
 * and those that change nothing cost next to nothing. Ends with the connection.
 */
import {
  Cursor,
  type CursorEvents,
  type Outbox,
  Sender,
  type Window,
} from "@screen-share/protocol";
import { Lag } from "./lag.ts";
import type { ShownPicture } from "./picture.ts";
import type { Room } from "./room.ts";

export class ViewerSync implements CursorEvents<ShownPicture> {
  readonly #sender: Sender;
  readonly #cursor: Cursor<ShownPicture>;
  readonly #lag: Lag;
  /** Nothing was sent in response to an ack, because the room was over its share of the relay's time. */
  #postponed = false;
  #paused = false;
  /**
   * The last ack, if nothing has been due since: how many updates it reports, and when it arrived. It is processed with the next update, when the
   * viewer's memory must be read anyway: with 1,000 viewers, reading it outweighs the work itself.
   */
  #ackCount = 0;
  #ackedAt = 0;
  #ackedSince = 0;
  #sentBytes = 0;
  #cuts = 0;
  #skippedVersions = 0;
  /** The newest update of which at least a part was sent. No epoch is 0. */
  #newestEpoch = 0;
  #newestVersion = 0;

  constructor(
    private readonly outbox: Pick<Outbox, "send" | "mostHeldBytes">,
    private readonly room: Pick<Room, "picture" | "stats" | "time" | "work">,
    now: number,
  ) {
    this.#lag = new Lag(now);
    this.#sender = new Sender(outbox);
    this.#cursor = new Cursor(this.#sender, this);
  }

  get summary(): Readonly<Record<string, number>> {
    return {
      updates: this.#sender.sentCount,
      cuts: this.#cuts,
      bytes: this.#sentBytes,
      skippedVersions: this.#skippedVersions,
      mostHeldBytes: this.outbox.mostHeldBytes,
    };
  }

  /** What is in flight, and what may be. */
  get window(): Pick<Window, "inFlight" | "size"> {
    return this.#sender.window;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Sends what is due, as far as the viewer's window allows now. */
  advance(now: number): void {
    this.#settle();
    const { shown } = this.room.picture;
    if (!shown) this.#cursor.forget();
    else if (!this.#paused) this.#cursor.advance(shown, now);
  }

  /**
   * The viewer has drawn this many updates on this connection.
   * @throws ProtocolError for more than were sent, or fewer than before
   */
  acked(count: number, now: number): void {
    this.#settle();
    if (this.#sender.fresh(count) === 0) return;
    this.#ackCount = count;
    this.#ackedAt = now;
    this.#ackedSince = this.room.time.heardSince(now);
    this.#proceed(now);
  }

  /** Processes the last ack. */
  #settle(): void {
    const count = this.#ackCount;
    if (count === 0) return;
    this.#ackCount = 0;
    this.#sender.window.busy(this.#ackedSince, this.#ackedAt);
    const drawnCount = this.#sender.acked(count, this.#ackedAt);
    const lagMs = this.#lag.drawn(drawnCount, this.#ackedAt);
    if (lagMs !== undefined) this.room.stats.drawn("viewer", lagMs);
  }

  /** Called about once a second. */
  tick(now: number): void {
    this.#settle();
    if (this.#postponed) this.#proceed(now);
  }

  /** The connection is gone. */
  ended(): void {
    this.#settle();
    this.#cursor.forget();
  }

  /** A hidden page is sent nothing. Once visible, it is brought up to date. */
  setPaused(paused: boolean, now: number): void {
    if (this.#paused && !paused) {
      this.#lag.watches(now);
      // Updates that it missed while hidden do not count as skipped.
      this.#newestEpoch = 0;
    }
    this.#paused = paused;
    this.#proceed(now);
  }

  /** Sends what is due and charges the room for it. While the room owes the relay time, its viewers wait for the next update or tick. */
  #proceed(now: number): void {
    const { work, picture } = this.room;
    // A viewer that has everything costs nothing.
    if (picture.shown && this.#cursor.isCurrent(picture.shown)) return;
    this.#postponed = work.debtMs > 0;
    if (!this.#postponed) work.spend(() => this.advance(now));
  }

  sent(
    { epoch, relayedAt, store: { version } }: ShownPicture,
    { cut, bytes }: { readonly cut: boolean; readonly bytes: number },
  ): void {
    const before = this.#newestEpoch === epoch ? this.#newestVersion : version;
    const skipped = Math.max(0, version - before - 1);
    this.#newestEpoch = epoch;
    this.#newestVersion = version;
    this.#lag.sent(relayedAt);
    this.#skippedVersions += skipped;
    this.#sentBytes += bytes;
    if (cut) this.#cuts++;
    this.room.stats.sent("viewer", { cut, skipped });
  }

  held(byBytes: number): void {
    this.room.picture.keepBeside(byBytes);
  }
}
