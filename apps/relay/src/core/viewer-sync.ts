/**
 * What one viewer has been sent, and what it may be sent now: never more than its window takes, and always of the newest. An in-sync viewer
 * is one number, its cursor. One that cannot take all that changed is sent cuts, and what it was sent is recorded in groups of tiles until
 * it has caught up. All of it dies with the connection.
 *
 * What a message of the viewer may cost is bounded by what is sent for it: one that changes nothing is not looked at further.
 */
import {
  dueTiles,
  encodeControl,
  grantUpdate,
  ProtocolError,
  SentTiles,
  Window,
} from "@screen-share/protocol";
import { Lag } from "./lag.ts";
import type { Outbox } from "./outbox.ts";
import type { Shown } from "./picture.ts";
import type { Room } from "./room.ts";

export class ViewerSync {
  readonly #window = new Window();
  #epoch: number | undefined;
  #cursor = 0;
  /** What was sent, while not all tiles were sent at the cursor's version. */
  #sent: SentTiles | undefined;
  /** The window takes nothing of what waits: only an ack can change that. */
  #waitsForAck = false;
  /** An ack came that nothing was sent for, since the room owed the relay time. */
  #postponed = false;
  #sentCount = 0;
  #ackedCount = 0;
  #paused = false;
  #sentBytes = 0;
  #cuts = 0;
  #skippedVersions = 0;
  /** The newest version that anything was sent of; 0: nothing of this epoch was. */
  #sentVersion = 0;
  readonly #lag: Lag;

  constructor(
    private readonly outbox: Outbox,
    private readonly room: Pick<Room, "picture" | "stats" | "work">,
    now: number,
  ) {
    this.#lag = new Lag(now);
  }

  get summary(): Readonly<Record<string, number>> {
    return {
      updates: this.#sentCount,
      cuts: this.#cuts,
      bytes: this.#sentBytes,
      skippedVersions: this.#skippedVersions,
      mostHeldBytes: this.outbox.mostHeldBytes,
    };
  }

  get inFlightBytes(): number {
    return this.#window.inFlight;
  }

  /** How much may be in flight. */
  get windowBytes(): number {
    return this.#window.size;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Sends what is due, as far as the viewer can take it now. */
  advance(now: number): void {
    const { shown } = this.room.picture;
    if (!shown) {
      this.#lags(undefined);
      return;
    }
    if (this.#paused) return;
    const { store, epoch } = shown;
    if (epoch !== this.#epoch) {
      const message = encodeControl({ type: "stream", epoch, stream: store.stream });
      if (!this.outbox.send(message)) return;
      this.#epoch = epoch;
      this.#cursor = 0;
      this.#sentVersion = 0;
      this.#lags(undefined);
    }
    if (this.#waitsForAck) return;
    while (this.#sent ? this.#sentLagging(shown, this.#sent, now) : this.#sentInSync(shown, now));
  }

  /**
   * The viewer has drawn this many updates of its connection.
   * @throws ProtocolError for more than were sent, or fewer than before
   */
  acked(count: number, now: number): void {
    const acked = checkAck(count, { sent: this.#sentCount, acked: this.#ackedCount });
    const drawnCount = acked - this.#ackedCount;
    if (drawnCount === 0) return;
    this.#waitsForAck = false;
    this.#window.acked(drawnCount, now);
    this.#ackedCount = acked;
    const lagMs = this.#lag.drawn(drawnCount, now);
    if (lagMs !== undefined) this.room.stats.drawn("viewer", lagMs);
    this.#proceed(now);
  }

  /** Called about once a second. */
  tick(now: number): void {
    if (this.#postponed) this.#proceed(now);
  }

  /** The connection is gone. */
  ended(): void {
    this.#lags(undefined);
  }

  /** A hidden page takes nothing; once visible it is caught up. */
  setPaused(paused: boolean, now: number): void {
    if (this.#paused && !paused) {
      this.#lag.watches(now);
      // What it did not look at was not skipped.
      this.#sentVersion = 0;
    }
    this.#paused = paused;
    this.#proceed(now);
  }

  /** Sends what is due, at the room's expense: while it owes the relay time, its viewers wait for the next picture or tick. */
  #proceed(now: number): void {
    const { work, picture } = this.room;
    // A viewer that has everything costs nothing.
    if (!this.#sent && this.#cursor === picture.shown?.store.version) return;
    this.#postponed = work.debtMs > 0;
    if (!this.#postponed) work.spend(() => this.advance(now));
  }

  /** @param sent what is recorded of a viewer that lags; undefined of one that does not */
  #lags(sent: SentTiles | undefined): void {
    const byBytes = (sent?.byteLength ?? 0) - (this.#sent?.byteLength ?? 0);
    this.#sent = sent;
    if (byBytes !== 0) this.room.picture.keepBeside(byBytes);
  }

  /** @returns whether there may be more to send */
  #sentInSync(shown: Shown, now: number): boolean {
    const { store } = shown;
    if (this.#cursor === store.version) return false;
    const joins = this.#cursor === 0;
    // For a joiner who cannot be sent all of it at once no whole picture is composed.
    if (!joins || this.#mayGo(store.byteLength, now)) {
      const message = this.room.picture.updateSince(shown, this.#cursor);
      if (this.#mayGo(message.length, now)) {
        if (!this.#send(message, shown, { cut: false, now })) return false;
        this.#cursor = store.version;
        return false;
      }
    }
    this.#lags(new SentTiles(store.tileCount, this.#cursor));
    return true;
  }

  /** @returns whether there may be more to send */
  #sentLagging(shown: Shown, sent: SentTiles, now: number): boolean {
    const due = dueTiles(shown.store, { sent, first: false, window: this.#window, now });
    if (!due) {
      this.#waitsForAck = true;
      return false;
    }
    const { tiles, cut } = due;
    const message = this.room.picture.updateOf(shown, tiles, { cut });
    if (!this.#send(message, shown, { cut, now })) return false;
    due.commit();
    if (!cut) {
      this.#cursor = shown.store.version;
      this.#lags(undefined);
      return false;
    }
    this.#cuts++;
    return true;
  }

  /** Whether an update may go whole. */
  #mayGo(bytes: number, now: number): boolean {
    return grantUpdate(this.#window, { bytes, first: this.#cursor === 0, now }) >= bytes;
  }

  #send(
    message: Uint8Array,
    { store: { version }, relayedAt }: Shown,
    { cut, now }: { readonly cut: boolean; readonly now: number },
  ): boolean {
    if (!this.outbox.send(message)) return false;
    this.#window.sent(message.length, now);
    this.#lag.sent(relayedAt);
    const skipped = this.#sentVersion === 0 ? 0 : Math.max(0, version - this.#sentVersion - 1);
    this.#sentVersion = version;
    this.#skippedVersions += skipped;
    this.room.stats.sent("viewer", { cut, skipped });
    this.#sentCount++;
    this.#sentBytes += message.length;
    return true;
  }
}

function checkAck(count: number, known: { sent: number; acked: number }): number {
  if (count > known.sent) throw new ProtocolError("an ack counts updates that were never sent");
  if (count < known.acked) throw new ProtocolError("an ack counts fewer updates than the last one");
  return count;
}
