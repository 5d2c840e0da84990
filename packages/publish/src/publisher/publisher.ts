/**
 * Keeps the agent connected to the relay and publishes pictures to it: the next is wanted when somebody watches, and the window
 * has room for it. It alone decides when to reconnect. Knows nothing of pixels.
 */
import {
  CLOSE,
  type ClosingReason,
  decodeAck,
  encodeControl,
  endOf,
  type ProducerMessage,
  ProtocolError,
  parseToProducerMessage,
  plainText,
  type ToProducerMessage,
} from "@screen-share/protocol";
import type { Picture, Session } from "../core/session.ts";
import type { Log } from "../log.ts";
import { Links, type LinksOptions } from "../node/links.ts";
import type { Closed, OpenSocket, Socket } from "../node/socket.ts";
import type { Recorder } from "../recording/recorder.ts";
import { meaningOf } from "./closing.ts";
import { Complaints } from "./complaints.ts";
import { LimitedLog } from "./limited-log.ts";
import { Reconnection } from "./reconnection.ts";
import { Sharing } from "./sharing.ts";

const WELCOME_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 500;
const NORMAL_CLOSE = 1000;
const MAX_ROOM_LENGTH = 64;

type Timer = ReturnType<typeof setTimeout>;

type State =
  | { readonly state: "idle" }
  | { readonly state: "connecting"; readonly socket: Socket }
  | { readonly state: "handshaking"; readonly socket: Socket; readonly deadline: Timer }
  | { readonly state: "sharing"; readonly socket: Socket; readonly sharing: Sharing }
  | { readonly state: "waiting"; readonly retry: Timer }
  | { readonly state: "stopping"; readonly socket: Socket; readonly deadline: Timer }
  | { readonly state: "ended" };

/** Why it ended for good: it was stopped, or the relay refused in a way that trying again cannot help. */
export type Ending =
  | { readonly kind: "stopped" }
  | { readonly kind: "refused"; readonly reason: string };

export interface PublisherOptions extends Omit<LinksOptions, "log"> {
  readonly token: string | undefined;
  readonly room: string;
  /** What the relay calls this agent in its log. */
  readonly name: string;
  /** Whether to end, and not to wait, where somebody else shares in the room; by default not. */
  readonly yields?: boolean;
  readonly openSocket: OpenSocket;
  /** Keeps what is sent. For as long as it does it counts as somebody who watches. */
  readonly recorder?: Pick<Recorder, "recording" | "record"> | undefined;
  readonly log: Log;
  /** A steady clock, ms since 1970 when it was started. */
  readonly now: () => number;
  /** uniform in [0, 1) */
  readonly random: () => number;
}

export class Publisher {
  #state: State = { state: "idle" };
  readonly #reconnection = new Reconnection();
  /** The typed reason that this connection's relay sent, if it is closing it (P-43). */
  #closing: ClosingReason | undefined;
  #awaited: ((session: Session | undefined) => void) | undefined;
  #end: (ending: Ending) => void = () => {};
  /** What the relay causes, and apart from it what its viewers cause: neither crowds the other out. */
  readonly #log: { readonly relay: LimitedLog; readonly viewers: LimitedLog };
  readonly #complaints: Complaints;
  readonly #links: Links;

  constructor(private readonly options: PublisherOptions) {
    const { log } = options;
    this.#log = { relay: new LimitedLog(log), viewers: new LimitedLog(log) };
    this.#complaints = new Complaints(this.#log.relay);
    this.#links = new Links({ ...options, log: this.#log.relay });
  }

  /** Connects, and stays connected until this resolves. To be called once. */
  run(): Promise<Ending> {
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#connect();
    });
  }

  /**
   * Resolves once a picture may be published: connected, watched, and the window not known to be full. Undefined once it ended.
   * To be awaited by one caller at a time.
   */
  turn(): Promise<Session | undefined> {
    return new Promise((resolve) => {
      this.#awaited = resolve;
      this.#offerTurn();
    });
  }

  /** Sends a picture. @returns the bytes accepted; undefined if none were, and the session is as it was */
  publish(session: Session, picture: Picture): number | undefined {
    const state = this.#state;
    if (state.state !== "sharing" || state.sharing.session !== session) return undefined;
    const composed = session.compose(picture);
    if (composed.stream !== undefined && !state.socket.send(composed.stream)) return undefined;
    if (!state.socket.send(composed.update)) return undefined;
    session.commit(composed, this.options.now());
    state.sharing.liveness.inFlight(session.window.inFlight);
    this.options.recorder?.record(composed);
    return composed.update.length;
  }

  /** Says goodbye to the relay; `run` resolves within half a second. */
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
    const deadline = setTimeout(() => {
      socket.terminate();
      this.#finish({ kind: "stopped" });
    }, STOP_TIMEOUT_MS);
    this.#enter({ state: "stopping", socket, deadline });
    this.#offerTurn();
  }

  #connect(): void {
    const { url, token } = this.options;
    // Events of a socket that was replaced are ignored.
    const whileOurs = (react: () => void) => {
      if ("socket" in this.#state && this.#state.socket === socket) react();
    };
    const socket: Socket = this.options.openSocket(
      { url, token },
      {
        opened: () => whileOurs(() => this.#opened(socket)),
        text: (message) => whileOurs(() => this.#guarded(() => this.#text(message))),
        binary: (message) => whileOurs(() => this.#guarded(() => this.#binary(message))),
        alive: () =>
          whileOurs(() => {
            if (this.#state.state === "sharing") this.#state.sharing.liveness.alive();
          }),
        closed: (how) => whileOurs(() => this.#closed(how)),
      },
    );
    this.#closing = undefined;
    this.#enter({ state: "connecting", socket });
  }

  #opened(socket: Socket): void {
    const { room, name } = this.options;
    const { producerId, generation: gen } = this.#links.begin();
    send(socket, { type: "hello", room, producerId, name, gen });
    const deadline = setTimeout(() => {
      this.#lose("the relay does not welcome us", CLOSE.silent);
    }, WELCOME_TIMEOUT_MS);
    this.#enter({ state: "handshaking", socket, deadline });
  }

  #welcomed(socket: Socket, { room, viewerLink }: ToProducerMessage & { type: "welcome" }): void {
    this.#reconnection.welcomed();
    this.#complaints.over();
    send(socket, { type: "status", state: "live" });
    const { recorder, now } = this.options;
    const sharing = new Sharing({
      socket,
      recorder,
      log: this.#log.viewers,
      now,
      checked: () => this.#links.check(),
      demandChanged: () => this.#offerTurn(),
      silent: () => this.#lose("the relay gives no sign of life", undefined),
    });
    this.#enter({ state: "sharing", socket, sharing });
    this.#log.relay.info(`connected to the relay, room "${plainText(room, MAX_ROOM_LENGTH)}"`);
    this.#links.received(viewerLink);
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
        if (state.state === "sharing") state.sharing.demand.told(message.watching);
        return;
      case "refresh":
        if (state.state === "sharing") state.sharing.refresh();
        return;
      case "link":
        if (state.state === "sharing") this.#links.renewed(message.viewerLink);
        return;
      case "closing":
        this.#closing = message.reason;
        return;
      case "pong": {
        const { sentAt, relayAt: remoteAt } = message;
        const receivedAt = this.options.now();
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
    const { session, liveness } = state.sharing;
    const before = session.applied;
    session.acknowledge(decodeAck(bytes), this.options.now());
    if (session.applied > before) this.#reconnection.proven();
    liveness.inFlight(session.window.inFlight);
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
  #closed(reported: Closed): void {
    const how = { ...reported, ...endOf(reported, this.#closing) };
    const { state } = this.#state;
    const { url, yields } = this.options;
    const unreached = state === "connecting" ? url : undefined;
    const { retryable, words } = meaningOf(how, { unreached, yields });
    if (state === "stopping") this.#finish({ kind: "stopped" });
    else if (how.code === CLOSE.replaced && this.#links.ended) {
      // By a process of ours that only came to say so.
      this.#retry("all links given out have ended, and there will be a new one");
    } else if (retryable) this.#retry(words);
    else this.#finish({ kind: "refused", reason: words });
  }

  /** Gives up this connection from our side. @param code to close with, or undefined to end it at once */
  #lose(reason: string, code: number | undefined): void {
    if (!("socket" in this.#state)) return;
    const { socket } = this.#state;
    this.#retry(reason);
    if (code === undefined) socket.terminate();
    else socket.close(code, reason.slice(0, 100));
  }

  #retry(reason: string): void {
    const delayMs = this.#reconnection.lost(this.options.random());
    this.#enter({ state: "waiting", retry: setTimeout(() => this.#connect(), delayMs) });
    this.#complaints.failed(reason, delayMs);
  }

  #finish(ending: Ending): void {
    this.#enter({ state: "ended" });
    this.#reconnection.stop();
    this.#links.stop();
    this.#log.relay.stop();
    this.#log.viewers.stop();
    this.#offerTurn();
    this.#end(ending);
  }

  /** The one place where the state changes; timers of the old state end with it. */
  #enter(next: State): void {
    const old = this.#state;
    this.#state = next;
    if (old.state === "sharing") old.sharing.stop();
    if (old.state === "waiting") clearTimeout(old.retry);
    if ("deadline" in old) clearTimeout(old.deadline);
  }

  #offerTurn(): void {
    const state = this.#state;
    const over = state.state === "ended" || state.state === "stopping";
    const sharing = state.state === "sharing" ? state.sharing : undefined;
    const wanted = sharing?.demand.wanted && !sharing.session.waiting;
    const session = wanted ? sharing.session : undefined;
    if (!over && !session) return;
    const resolve = this.#awaited;
    this.#awaited = undefined;
    resolve?.(session);
  }
}

function send(socket: Socket, message: ProducerMessage): void {
  socket.send(encodeControl(message));
}
