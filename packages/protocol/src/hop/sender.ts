/**
 * The sending half of a hop, for one connection: describes the stream, counts updates, and bounds what is in flight. Ends with the connection, so the
 * next one begins with a description and the whole picture. What an update contains is decided elsewhere: for a stored picture by a `Cursor`,
 * otherwise by the encoder's pipeline.
 */
import type { StreamDescription } from "../picture/stream.ts";
import { ProtocolError } from "../wire/close.ts";
import { CURRENT_INTERVAL_MS } from "../wire/constants.ts";
import { encodeControl } from "../wire/messages.ts";
import { Window } from "./window.ts";

export class Sender {
  /** What may be in flight. */
  readonly window = new Window();
  #epoch: number | undefined;
  #sentCount = 0;
  #ackedCount = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #waiting = false;

  /** @param outlet hands a message to the socket, and returns whether it was taken */
  constructor(
    private readonly outlet: { send(message: string | Uint8Array<ArrayBuffer>): boolean },
  ) {}

  /** The last epoch that was described. Undefined before the first. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  /** How many updates were sent. */
  get sentCount(): number {
    return this.#sentCount;
  }

  /** How many of them the receiver has applied. */
  get ackedCount(): number {
    return this.#ackedCount;
  }

  /** Whether the window has refused the next update, so that only an ack can change anything. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** The window has refused the next update. */
  wait(): void {
    this.#waiting = true;
  }

  /** Begins an epoch, unless it is the current one. @returns whether the socket took the description */
  describe(epoch: number, stream: StreamDescription): boolean {
    if (epoch === this.#epoch) return true;
    if (!this.outlet.send(encodeControl({ type: "stream", epoch, stream }))) return false;
    this.#epoch = epoch;
    return true;
  }

  /** Sends an update of the described epoch. @param now our clock, ms. @returns whether the socket took it; if not, nothing has changed */
  update(message: Uint8Array<ArrayBuffer>, now: number): boolean {
    if (!this.outlet.send(message)) return false;
    this.#sentCount++;
    this.#sentAt = now;
    this.window.sent(message.length, now);
    return true;
  }

  /**
   * The receiver has applied `count` updates of this connection. @returns how many of them are new
   * @throws ProtocolError if it is more than were sent, or fewer than before
   */
  acked(count: number, now: number): number {
    const fresh = this.fresh(count);
    if (fresh === 0) return 0;
    this.#ackedCount = count;
    this.#waiting = false;
    this.window.acked(fresh, now);
    return fresh;
  }

  /** How many updates an ack of `count` would report. @throws ProtocolError as `acked` */
  fresh(count: number): number {
    if (count > this.#sentCount) throw new ProtocolError("an ack is ahead of what was sent");
    if (count < this.#ackedCount) throw new ProtocolError("an ack takes an earlier one back");
    return count - this.#ackedCount;
  }

  /**
   * Whether an update is due although nothing has changed, so that the picture does not seem to have stalled (P-23).
   * @param nextInMs when the next opportunity will be
   */
  currentDue(now: number, nextInMs: number): boolean {
    return now + nextInMs >= this.#sentAt + CURRENT_INTERVAL_MS;
  }

  /** An update is due at once: the receiver must learn that the picture is current. */
  wake(): void {
    this.#sentAt = Number.NEGATIVE_INFINITY;
  }
}
