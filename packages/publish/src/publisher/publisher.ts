/**
 * Keeps a program connected to the relay that it publishes to, and gives the pipeline its turns: a picture is wanted while somebody
 * watches and the window has room. Only this file decides when to reconnect. It knows nothing of pixels.
 */
import {
  Backoff,
  CLOSE,
  type ClosingReason,
  closeMeaning,
  decodeAck,
  encodeControl,
  endOf,
  type ProducerMessage,
  ProtocolError,
  parseToProducerMessage,
  plainText,
  type ToProducerMessage,
} from "@screen-share/protocol";
import type { Log } from "../log.ts";
import type { Clockwork } from "../platform.ts";
import type { Recorder } from "../recording/recorder.ts";
import type { PublishSession } from "../session.ts";
import type { OpenSocket, RelaySocket, SocketClosed } from "../socket.ts";
import { LimitedLog } from "./limited-log.ts";
import { Sharing } from "./sharing.ts";
import type { ViewerLinks } from "./viewer-links.ts";

const WELCOME_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 500;
const NORMAL_CLOSE = 1000;
const MAX_ROOM_LENGTH = 64;
const MAX_REASON_LENGTH = 123;
const RETRY = { firstMs: 500, maxMs: 4000 } as const;
/** A connection that has lasted this long has proven itself. Without viewers there are no acks that could show it earlier. */
const PROVEN_AFTER_MS = 30_000;

type Cancel = () => void;

type State =
  | { readonly state: "idle" }
  | { readonly state: "connecting"; readonly socket: RelaySocket }
  | { readonly state: "handshaking"; readonly socket: RelaySocket; readonly cancel: Cancel }
  | {
      readonly state: "sharing";
      readonly socket: RelaySocket;
      readonly sharing: Sharing;
      readonly cancel: Cancel;
    }
  | { readonly state: "waiting"; readonly cancel: Cancel }
  | { readonly state: "stopping"; readonly socket: RelaySocket; readonly cancel: Cancel }
  | { readonly state: "ended" };

/** Why it ended for good: it was stopped, or the relay refused in a way that trying again cannot help. */
export type PublisherEnd =
  | { readonly kind: "stopped" }
  | { readonly kind: "refused"; readonly reason: string };

export interface PublisherOptions {
  /** The relay's address. */
  readonly url: string;
  readonly token: string | undefined;
  readonly room: string;
  /** How the relay names this agent in its log. */
  readonly name: string;
  /** Whether to end, and not to wait, if another agent shares in the room. By default it waits. */
  readonly yields?: boolean;
  readonly openSocket: OpenSocket;
  readonly links: ViewerLinks;
  /** Keeps what is sent. While it records, pictures are wanted even if nobody watches. */
  readonly recorder?: Pick<Recorder, "recording" | "record"> | undefined;
  readonly log: Log;
  readonly clockwork: Clockwork;
}

export class Publisher {
  #state: State = { state: "idle" };
  /**
   * The wait before the next connection grows until a connection has proven itself: a relay that accepts us and closes at once must
   * not make us dial as fast as we can.
   */
  readonly #backoff = new Backoff(RETRY);
  /** The typed reason that this connection's relay sent, if it is closing it (P-43). */
  #closing: ClosingReason | undefined;
  #awaited: ((session: PublishSession | undefined) => void) | undefined;
  #end: (end: PublisherEnd) => void = () => {};
  /** Lines that the relay causes are limited apart from those that its viewers cause: neither displaces the other. */
  readonly #log: { readonly relay: LimitedLog; readonly viewers: LimitedLog };
  /** Why the last connection failed. The same reason again is only a debug line. */
  #failure = "";

  constructor(private readonly options: PublisherOptions) {
    const { log, clockwork } = options;
    this.#log = { relay: new LimitedLog(log, clockwork), viewers: new LimitedLog(log, clockwork) };
  }

  /** Connects, and stays connected until this resolves. Call it once. */
  run(): Promise<PublisherEnd> {
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#connect();
    });
  }

  /**
   * Resolves once a picture may be published: connected, watched, and the window not known to be full. Resolves with undefined once
   * the publisher has ended. One caller at a time may await it.
   */
  turn(): Promise<PublishSession | undefined> {
    return new Promise((resolve) => {
      this.#awaited = resolve;
      this.#offerTurn();
    });
  }

  /** Closes the connection; `run` resolves within half a second. */
  stop(): void {
    const state = this.#state;
    if (state.state === "ended" || state.state === "stopping") return;
    if (state.state !== "sharing") {
      if ("socket" in state) state.socket.terminate();
      this.#finish({ kind: "stopped" });
      return;
    }
    const { socket } = state;
    send(socket, { type: "status", state: "stopped" });
    socket.close(NORMAL_CLOSE, "");
    const cancel = this.options.clockwork.after(STOP_TIMEOUT_MS, () => {
      socket.terminate();
      this.#finish({ kind: "stopped" });
    });
    this.#enter({ state: "stopping", socket, cancel });
    this.#offerTurn();
  }

  #connect(): void {
    const { url, token } = this.options;
    // Events of a socket that was replaced are ignored.
    const whileCurrent = (react: () => void) => {
      if ("socket" in this.#state && this.#state.socket === socket) react();
    };
    this.#closing = undefined;
    const socket: RelaySocket = this.options.openSocket(
      { url, token },
      {
        opened: () => whileCurrent(() => this.#opened(socket)),
        text: (message) => whileCurrent(() => this.#guarded(() => this.#text(message))),
        binary: (message) => whileCurrent(() => this.#guarded(() => this.#binary(message))),
        alive: () =>
          whileCurrent(() => {
            if (this.#state.state === "sharing") this.#state.sharing.heard();
          }),
        closed: (how) => whileCurrent(() => this.#closed(how)),
      },
    );
    this.#enter({ state: "connecting", socket });
  }

  #opened(socket: RelaySocket): void {
    const { room, name, links, clockwork } = this.options;
    const { producerId, generation: gen } = links.begin();
    send(socket, { type: "hello", room, producerId, name, gen });
    const cancel = clockwork.after(WELCOME_TIMEOUT_MS, () => {
      this.#lose("the relay does not welcome us", CLOSE.silent);
    });
    this.#enter({ state: "handshaking", socket, cancel });
  }

  #welcomed(
    socket: RelaySocket,
    { room, viewerLink }: ToProducerMessage & { type: "welcome" },
  ): void {
    this.#failure = "";
    send(socket, { type: "status", state: "live" });
    const { recorder, clockwork, links } = this.options;
    const sharing = new Sharing({
      socket,
      recorder,
      log: this.#log.viewers,
      clockwork,
      checked: () => links.check(),
      demandChanged: () => this.#offerTurn(),
      silent: () => this.#lose("the relay gives no sign of life", undefined),
    });
    const cancel = clockwork.after(PROVEN_AFTER_MS, () => this.#backoff.reset());
    this.#enter({ state: "sharing", socket, sharing, cancel });
    this.#log.relay.info(`connected to the relay, room "${plainText(room, MAX_ROOM_LENGTH)}"`);
    links.received(viewerLink);
  }

  #text(text: string): void {
    const message = parseToProducerMessage(text);
    const state = this.#state;
    if (!message) return;
    switch (message.type) {
      case "welcome":
        if (state.state === "handshaking") this.#welcomed(state.socket, message);
        return;
      case "demand":
        if (state.state === "sharing") state.sharing.demand.reported(message.watching);
        return;
      case "refresh":
        if (state.state === "sharing") state.sharing.refresh();
        return;
      case "link":
        if (state.state === "sharing") this.options.links.renewed(message.viewerLink);
        return;
      case "closing":
        this.#closing = message.reason;
        return;
      case "pong": {
        const { sentAt, relayAt: remoteAt } = message;
        const receivedAt = this.options.clockwork.now();
        if (state.state !== "sharing") return;
        state.sharing.session.clock.add({ sentAt, remoteAt, receivedAt });
        return;
      }
      default:
        message satisfies never;
    }
  }

  #binary(bytes: Uint8Array): void {
    const state = this.#state;
    if (state.state === "stopping") return;
    if (state.state !== "sharing") throw new ProtocolError("an ack came before the welcome");
    const { sender } = state.sharing.session;
    if (sender.acked(decodeAck(bytes), this.options.clockwork.now()) > 0) this.#backoff.reset();
    this.#offerTurn();
  }

  #guarded(react: () => void): void {
    try {
      react();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#lose(`the relay sent something invalid: ${error.message}`, CLOSE.protocolError);
    }
  }

  /** The other side closed, or the network did. */
  #closed(how: SocketClosed): void {
    const { state } = this.#state;
    const { code, reason } = endOf(how, this.#closing);
    const { meaning, retryable } = closeMeaning(code);
    const yields = this.options.yields && code === CLOSE.producerExists;
    if (state === "stopping") this.#finish({ kind: "stopped" });
    else if (code === CLOSE.replaced && this.options.links.ended) {
      // It was replaced by another process of ours, which only ended the links.
      this.#retry("all links given out have ended, and there will be a new one");
    } else if (!retryable || yields) {
      const detail = plainText(reason, MAX_REASON_LENGTH);
      const isNew = detail !== "" && detail !== meaning;
      this.#finish({ kind: "refused", reason: isNew ? `${meaning} (${detail})` : meaning });
    } else if (state === "connecting") {
      this.#retry(`cannot reach the relay at ${this.options.url}: ${how.error ?? meaning}`);
    } else this.#retry(how.error ? `${meaning}: ${how.error}` : meaning);
  }

  /** Gives up this connection from our side. @param code to close with; undefined ends it at once */
  #lose(reason: string, code: number | undefined): void {
    if (!("socket" in this.#state)) return;
    const { socket } = this.#state;
    this.#retry(reason);
    if (code === undefined) socket.terminate();
    else socket.close(code, reason.slice(0, 100));
  }

  #retry(reason: string): void {
    const { clockwork } = this.options;
    const delayMs = this.#backoff.nextMs(clockwork.random());
    const cancel = clockwork.after(delayMs, () => this.#connect());
    this.#enter({ state: "waiting", cancel });
    if (reason === this.#failure) this.#log.relay.debug(`${reason}; next try in ${delayMs} ms`);
    else this.#log.relay.warn(`${reason}; trying again until it works`);
    this.#failure = reason;
  }

  #finish(end: PublisherEnd): void {
    this.#enter({ state: "ended" });
    this.options.links.stop();
    this.#log.relay.stop();
    this.#log.viewers.stop();
    this.#offerTurn();
    this.#end(end);
  }

  /** The one place where the state changes; timers of the old state end with it. */
  #enter(next: State): void {
    const old = this.#state;
    this.#state = next;
    if (old.state === "sharing") old.sharing.stop();
    if ("cancel" in old) old.cancel();
  }

  #offerTurn(): void {
    const state = this.#state;
    const over = state.state === "ended" || state.state === "stopping";
    const sharing = state.state === "sharing" ? state.sharing : undefined;
    const wanted = sharing?.demand.wanted && !sharing.session.sender.waiting;
    const session = wanted ? sharing.session : undefined;
    if (!over && !session) return;
    const resolve = this.#awaited;
    this.#awaited = undefined;
    resolve?.(session);
  }
}

function send(socket: RelaySocket, message: ProducerMessage): void {
  socket.send(encodeControl(message));
}
