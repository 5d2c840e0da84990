/** What the sessions of all WebSocket clients share: a client leaves its room once, and its mistakes close no other connection. */
import { CLOSE, Liveness, Outbox, ProtocolError, type Window } from "@screen-share/protocol";
import type { Viewer } from "./audience.ts";
import type { Grant } from "./grant.ts";
import type { Peer, Session } from "./peer.ts";
import { closePeer, protocolErrorOf } from "./refusal.ts";
import type { Room } from "./room.ts";
import type { ProducerKind, ViewerKind } from "./stats.ts";

/** The slowest link that is served, bytes per ms: 64 kbit/s. Pongs have to wait behind what is in flight. */
const SLOWEST_DOWNLINK = 8;

/** Created after admission. A subclass takes its place in the room at once. */
export abstract class RoomSession implements Session {
  abstract readonly kind: ProducerKind | ViewerKind;
  /** Whether the client follows the plain contract instead of v1. */
  protected readonly plain: boolean = false;
  /** Whether the connection continues. */
  protected open = true;

  constructor(
    protected readonly room: Room,
    protected readonly peer: Peer,
    protected readonly grant: Grant,
  ) {}

  /** Fields for the log line about its end. */
  protected abstract get counts(): Readonly<Record<string, unknown>>;
  /** Handles a message. @throws ProtocolError */
  protected abstract handle(message: Uint8Array | string, now: number): void;
  /** Gives up its place in the room. Called once. */
  protected abstract leave(now: number): void;
  abstract tick(now: number): void;

  get summary(): Readonly<Record<string, unknown>> {
    return { kind: this.kind, room: this.room.name, name: this.grant.name, ...this.counts };
  }

  ponged(_payload: string, _now: number): void {}

  drained(_now: number): void {}

  receive(message: Uint8Array | string, now: number): void {
    if (!this.open) return;
    try {
      this.handle(message, now);
    } catch (error) {
      this.dismiss(protocolErrorOf(error));
    }
  }

  dismiss(why: ProtocolError): void {
    this.ended(this.room.time.now());
    closePeer(this.peer, why, { plain: this.plain });
  }

  ended(now: number): void {
    if (!this.open) return;
    this.open = false;
    this.leave(now);
  }
}

/** A viewer on a WebSocket. A subclass joins the room in its constructor. */
export abstract class ViewerConnection<Slot extends string> extends RoomSession implements Viewer {
  abstract override readonly kind: ViewerKind;
  abstract readonly watching: boolean;
  /** What is in flight, and what may be, bytes. */
  protected abstract readonly window: Pick<Window, "inFlight" | "size">;
  protected readonly outbox: Outbox<Slot>;
  readonly #liveness: Liveness;

  constructor(room: Room, peer: Peer, grant: Grant, now: number) {
    super(room, peer, grant);
    this.outbox = new Outbox(peer);
    this.#liveness = new Liveness(now);
  }

  abstract advance(now: number): void;

  override receive(message: Uint8Array | string, now: number): void {
    this.#liveness.heard(now);
    super.receive(message, now);
  }

  override ponged(_payload: string, now: number): void {
    this.#liveness.heard(now);
  }

  override drained(now: number): void {
    this.#liveness.heard(now);
    this.outbox.drained();
    this.advance(now);
  }

  tick(now: number): void {
    if (!this.open) return;
    this.room.stats.windowed(this.kind, this.window.size);
    const due = this.#liveness.tick(now, this.window.inFlight / SLOWEST_DOWNLINK);
    // Bypasses the outbox: the pong may be the only sign of life from a client that is behind.
    if (due === "ping") this.peer.ping("");
    else if (due === "dead") this.dismiss(new ProtocolError("no sign of life", CLOSE.silent));
  }

  protected leave(): void {
    this.room.leave(this);
  }
}
