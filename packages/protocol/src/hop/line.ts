/**
 * One socket to the relay, from dial to end: sends hello, waits for the welcome, measures the relay's clock, requests signs of life, and
 * ends a connection that gives none or breaks the protocol. It never reconnects, and ignores its socket once it has ended.
 */
import { CLOSE, type ClosingReason, closeMeaning, endOf, ProtocolError } from "../wire/close.ts";
import {
  encodeControl,
  type ProducerMessage,
  type ToProducerMessage,
  type ToViewerMessage,
  type ViewerMessage,
} from "../wire/messages.ts";
import { ClockOffset } from "./clock.ts";
import { Liveness } from "./liveness.ts";
import type { Closed, OpenSocket, Socket, Timing } from "./ports.ts";

/** How long a dial may take, and then a welcome, ms. */
export const DIAL_TIMEOUT_MS = 15_000;
export const WELCOME_TIMEOUT_MS = 10_000;
/** A connection that has lasted this long has proven itself, even if nothing was replicated over it (P-41). */
const PROVEN_AFTER_MS = 30_000;
const TICK_MS = 1000;
const NORMAL_CLOSE = 1000;
/** Longer reasons do not fit a close frame, bytes (RFC 6455 §5.5). */
const MAX_REASON_LENGTH = 123;

export interface LineEnd extends Closed {
  /** The relay's typed reason. Undefined if the code is enough, and from relays that predate it. */
  readonly closing: ClosingReason | undefined;
  /** Whether we gave up, and not the relay. */
  readonly byUs: boolean;
  /** Whether the socket ever opened. */
  readonly opened: boolean;
  /** Whether the connection has proven itself: something was replicated over it, or it lasted a while. */
  readonly proven: boolean;
}

type Incoming = ToViewerMessage | ToProducerMessage;

export interface LineEvents<Message extends Incoming> {
  /** Called once, when the socket is open. */
  readonly hello: () => (ProducerMessage | ViewerMessage) & { readonly type: "hello" };
  /** Reads a control message; undefined for one of a type that only a newer relay sends. @throws ProtocolError */
  readonly parse: (text: string) => Message | undefined;
  /** A control message arrived; the welcome is the first. @throws ProtocolError */
  readonly control: (message: Message) => void;
  /** A binary message arrived. @throws ProtocolError */
  readonly binary: (message: Uint8Array) => void;
  /** Called for everything that arrives, before it is read. */
  readonly heard?: () => void;
  /** The relay has answered a ping. */
  readonly answered?: (roundTripMs: number) => void;
  /** How much longer than usual the relay may be silent now, ms. */
  readonly graceMs?: () => number;
}

export interface LineOptions<Message extends Incoming> {
  readonly open: OpenSocket;
  readonly timing: Timing;
  /** By default `DIAL_TIMEOUT_MS`. */
  readonly dialTimeoutMs?: number | undefined;
  /** Called once, before the dial. */
  readonly begin: (line: Line<Message>) => LineEvents<Message>;
  /** Called once, unless `hangUp` was. */
  readonly ended: (end: LineEnd) => void;
}

type State =
  | {
      readonly state: "dialling" | "greeting" | "live";
      readonly socket: Socket;
      readonly since: number;
    }
  | { readonly state: "ended" };

export class Line<Message extends Incoming> {
  readonly clock = new ClockOffset();
  #state: State = { state: "ended" };
  readonly #events: LineEvents<Message>;
  readonly #liveness: Liveness;
  #paused = false;
  #proven = false;
  #closing: ClosingReason | undefined;
  #cancelTick = () => {};

  constructor(private readonly options: LineOptions<Message>) {
    this.#liveness = new Liveness(options.timing.now());
    this.#events = options.begin(this);
  }

  /** Dials. To be called once. @returns false if that is refused at once: then nothing follows */
  dial(): boolean {
    const { open, timing } = this.options;
    const unlessEnded = (run: () => void) => {
      if (this.#state.state !== "ended") run();
    };
    const socket = open({
      opened: () => unlessEnded(() => this.#greet()),
      message: (data) => unlessEnded(() => this.#receive(data)),
      alive: () => unlessEnded(() => this.#heard()),
      closed: (how) => unlessEnded(() => this.#end({ ...how, byUs: false })),
    });
    if (!socket) return false;
    this.#state = { state: "dialling", socket, since: timing.now() };
    this.#await();
    return true;
  }

  get live(): boolean {
    return this.#state.state === "live";
  }

  get ended(): boolean {
    return this.#state.state === "ended";
  }

  /** Sends a message, encoded or not, to a relay that has welcomed us. @returns whether the socket accepted it */
  send(message: ProducerMessage | ViewerMessage | string | Uint8Array<ArrayBuffer>): boolean {
    const state = this.#state;
    if (state.state !== "live") return false;
    const isEncoded = typeof message === "string" || message instanceof Uint8Array;
    return state.socket.send(isEncoded ? message : encodeControl(message));
  }

  /** Something was replicated, so the next connection may be tried soon if this one is lost. */
  prove(): void {
    this.#proven = true;
  }

  ping(): void {
    this.send({ type: "ping", sentAt: this.options.timing.now() });
  }

  /** While paused no signs of life are requested or missed: a hidden page's timers fire late or not at all. */
  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) return;
    this.#liveness.resume(this.options.timing.now());
    this.ping();
  }

  /** Gives up this connection, and reports that. */
  lose(code: number, reason: string): void {
    const state = this.#state;
    if (state.state === "ended") return;
    this.#end({ code, reason, byUs: true });
    state.socket.close(code, reason.slice(0, MAX_REASON_LENGTH));
  }

  /** Ends this connection without a report. */
  hangUp(): void {
    const state = this.#state;
    this.#stop();
    if (state.state !== "ended") state.socket.close(NORMAL_CLOSE, "");
  }

  #greet(): void {
    const state = this.#state;
    if (state.state !== "dialling") return;
    const { socket } = state;
    this.#state = { state: "greeting", socket, since: this.options.timing.now() };
    socket.send(encodeControl(this.#events.hello()));
  }

  #heard(): void {
    this.#liveness.heard(this.options.timing.now());
    this.#events.heard?.();
  }

  #receive(data: string | Uint8Array): void {
    this.#heard();
    try {
      if (typeof data !== "string") {
        if (this.#state.state !== "live") {
          throw new ProtocolError("binary messages come after the welcome");
        }
        this.#events.binary(data);
        return;
      }
      const message = this.#events.parse(data);
      if (message) this.#control(message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.lose(error.closeCode, error.message);
    }
  }

  #control(message: Message): void {
    // A type parameter does not narrow by its members.
    const known: Incoming = message;
    if (known.type === "closing") {
      this.#closing = known.reason;
      return;
    }
    if (known.type === "pong") {
      const receivedAt = this.options.timing.now();
      this.clock.add({ sentAt: known.sentAt, remoteAt: known.relayAt, receivedAt });
      this.#events.answered?.(receivedAt - known.sentAt);
      return;
    }
    if (known.type === "welcome") this.#welcomed();
    this.#events.control(message);
    if (known.type === "welcome") this.ping();
  }

  #welcomed(): void {
    const state = this.#state;
    if (state.state !== "greeting") throw new ProtocolError("a welcome came that was not due");
    const now = this.options.timing.now();
    this.#state = { state: "live", socket: state.socket, since: now };
    this.#liveness.resume(now);
  }

  #await(): void {
    this.#cancelTick = this.options.timing.after(TICK_MS, () => {
      this.#await();
      this.#tick(this.options.timing.now());
    });
  }

  #tick(now: number): void {
    const state = this.#state;
    const { dialTimeoutMs = DIAL_TIMEOUT_MS } = this.options;
    switch (state.state) {
      case "dialling":
        if (now - state.since >= dialTimeoutMs)
          this.lose(CLOSE.silent, "the relay does not answer");
        break;
      case "greeting":
        if (now - state.since >= WELCOME_TIMEOUT_MS)
          this.lose(CLOSE.silent, "the relay sends no welcome");
        break;
      case "live": {
        if (this.#paused) return;
        const due = this.#liveness.tick(now, this.#events.graceMs?.());
        if (due === "ping") this.ping();
        else if (due === "dead") this.lose(CLOSE.silent, closeMeaning(CLOSE.silent).meaning);
        break;
      }
      case "ended":
        break;
      default:
        state satisfies never;
    }
  }

  #end(how: Closed & { readonly byUs: boolean }): void {
    const state = this.#state;
    const now = this.options.timing.now();
    const lasted = state.state === "live" && now - state.since >= PROVEN_AFTER_MS;
    // A relay that welcomes us and then breaks the protocol has not proven itself.
    const proven = (this.#proven || lasted) && (!how.byUs || how.code === CLOSE.silent);
    const closing = this.#closing;
    this.#stop();
    const end = how.byUs ? how : { ...how, ...endOf(how, closing) };
    const opened = state.state === "greeting" || state.state === "live";
    this.options.ended({ ...end, closing, opened, proven });
  }

  #stop(): void {
    this.#state = { state: "ended" };
    this.#cancelTick();
  }
}
