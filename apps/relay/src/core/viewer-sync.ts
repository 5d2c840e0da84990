/**
 * What one viewer has been sent: a cursor. While an update is on its way unacknowledged nothing more is sent, and
 * what changes meanwhile is not queued: the next update goes from the cursor to now. Cursor and acks die with the
 * connection.
 */
import { encodeControl, ProtocolError } from "@screen-share/protocol";
import type { Outbox } from "./outbox.ts";
import type { Picture } from "./picture.ts";

export class ViewerSync {
  #epoch: number | undefined;
  #cursor = 0;
  #sentCount = 0;
  #ackedCount = 0;
  #paused = false;
  #sentBytes = 0;
  #lastBytes = 0;
  #skippedVersions = 0;

  constructor(
    private readonly outbox: Outbox,
    private readonly picture: Picture,
  ) {}

  get summary(): { updates: number; bytes: number; skippedVersions: number } {
    return {
      updates: this.#sentCount,
      bytes: this.#sentBytes,
      skippedVersions: this.#skippedVersions,
    };
  }

  /** Bytes of the update that is on its way. */
  get inFlightBytes(): number {
    return this.#ackedCount < this.#sentCount ? this.#lastBytes : 0;
  }

  /** Sends the update that is due, if the viewer can take one now. */
  advance(): void {
    if (this.#paused || this.#ackedCount < this.#sentCount) return;
    const shown = this.picture.shown;
    if (!shown) return;
    const { store, epoch } = shown;
    if (epoch !== this.#epoch) {
      const message = encodeControl({ type: "stream", epoch, stream: store.stream });
      if (!this.outbox.send(message)) return;
      this.#epoch = epoch;
      this.#cursor = 0;
    }
    if (this.#cursor === store.version) return;
    const message = this.picture.updateSince(shown, this.#cursor);
    if (!this.outbox.send(message)) return;
    if (this.#cursor > 0) this.#skippedVersions += store.version - this.#cursor - 1;
    this.#cursor = store.version;
    this.#sentCount++;
    this.#lastBytes = message.length;
    this.#sentBytes += message.length;
  }

  /**
   * The viewer has drawn this many updates of its connection.
   * @throws ProtocolError for more than were sent, or fewer than before
   */
  acked(count: number): void {
    this.#ackedCount = checkAck(count, { sent: this.#sentCount, acked: this.#ackedCount });
    this.advance();
  }

  /** A hidden page takes nothing; once visible it is caught up. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.advance();
  }
}

function checkAck(count: number, known: { sent: number; acked: number }): number {
  if (count > known.sent) throw new ProtocolError("an ack counts updates that were never sent");
  if (count < known.acked) throw new ProtocolError("an ack counts fewer updates than the last one");
  return count;
}
