/**
 * Publishes to a relay, and stays connected to it: gives the pipeline its turns while a viewer is watching and the window has room, logs what happens
 * to the connection, and decides when it ends for good. Knows nothing of pixels.
 */
import {
  CLOSE,
  Connection,
  closeMeaning,
  decodeAck,
  type Line,
  type LineEnd,
  type LineEvents,
  type OpenSocket,
  parseToProducerMessage,
  plainText,
  type Timing,
  type ToProducerMessage,
} from "@screen-share/protocol";
import type { Log, ViewerLinks } from "../ports.ts";
import type { Recorder } from "../recording/recorder.ts";
import { PublishSession } from "../session.ts";
import { Demand } from "./demand.ts";
import { LimitedLog, type Rate, RateLimit } from "./rate-limit.ts";

const RETRY = { firstMs: 500, maxMs: 4000 } as const;
const STOP_TIMEOUT_MS = 500;
/** A whole picture is the most expensive thing that a relay can request; an honest one requests it far less often. */
const REFRESHES: Rate = { burst: 1, intervalMs: 1000 };
/** A large update may fill a slow uplink and delay the pongs behind it: 256 kbit/s is the slowest we support. */
const SLOWEST_UPLINK_BYTES_PER_MS = 32;
const MAX_ROOM_LENGTH = 64;
const MAX_REASON_LENGTH = 123;

/** Why it ended for good: it was stopped, or the relay refused in a way that trying again cannot help. */
export type PublisherEnd =
  | { readonly kind: "stopped" }
  | { readonly kind: "refused"; readonly reason: string };

export interface PublisherOptions {
  /** Opens a socket to the relay. It gives up by itself if the relay does not answer, and reports why. */
  readonly open: OpenSocket;
  readonly url: string;
  readonly room: string;
  /** How the relay names this agent in its log. */
  readonly name: string;
  /** Whether to end instead of waiting if another agent shares in the room. By default it waits. */
  readonly yields?: boolean;
  readonly links: ViewerLinks;
  /** Keeps what is sent. While it records, pictures are wanted even if nobody is watching. */
  readonly recorder?: Pick<Recorder, "recording" | "record"> | undefined;
  readonly log: Log;
  readonly timing: Timing;
}

type PublisherLine = Line<ToProducerMessage>;

/** What exists from a relay's welcome to the end of that line. */
interface Welcomed {
  readonly session: PublishSession;
  readonly demand: Demand;
  /** The relay's requests for the whole picture. Those in quick succession count as one. */
  readonly refreshes: RateLimit<void>;
}

export class Publisher {
  readonly #connection: Connection<ToProducerMessage>;
  #welcomed: Welcomed | undefined;
  #over = false;
  #awaited: ((session: PublishSession | undefined) => void) | undefined;
  #end: (end: PublisherEnd) => void = () => {};
  /** Resolves once the newest socket has closed. */
  #socketClosed: Promise<void> = Promise.resolve();
  /** Log lines caused by the relay and by its viewers are limited separately, so neither displaces the other. */
  readonly #log: { readonly relay: LimitedLog; readonly viewers: LimitedLog };
  /** Why the last line ended. The same reason again is only a debug line. */
  #failure = "";

  constructor(private readonly options: PublisherOptions) {
    const { log, timing, open } = options;
    this.#log = { relay: new LimitedLog(log, timing), viewers: new LimitedLog(log, timing) };
    this.#connection = new Connection({
      open: (events) => {
        let closed = () => {};
        this.#socketClosed = new Promise((resolve) => {
          closed = resolve;
        });
        return open({
          ...events,
          closed: (how) => {
            events.closed(how);
            closed();
          },
        });
      },
      timing,
      dialTimeoutMs: Number.POSITIVE_INFINITY,
      backoff: RETRY,
      begin: (line) => this.#begin(line),
      isRetryable: (end) => this.#isRetryable(end),
      lost: (end, retryAt) => this.#lost(end, retryAt),
    });
  }

  /** Connects, and stays connected until this resolves. Call it once. */
  run(): Promise<PublisherEnd> {
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#connection.dial();
    });
  }

  /**
   * Resolves once a picture may be published: connected, watched, and the window not known to be full. Resolves with undefined once the
   * publisher has ended. One caller at a time may await it.
   */
  turn(): Promise<PublishSession | undefined> {
    return new Promise((resolve) => {
      this.#awaited = resolve;
      this.#offerTurn();
    });
  }

  /** Notifies the relay that it stops; `run` resolves once the socket has closed, at the latest after half a second. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    const { line } = this.#connection;
    const isLive = line?.send({ type: "status", state: "stopped" });
    this.#connection.hangUp();
    this.#leave();
    this.#offerTurn();
    let cancel = () => {};
    const timeout = new Promise<void>((resolve) => {
      cancel = this.options.timing.after(isLive ? STOP_TIMEOUT_MS : 0, resolve);
    });
    void Promise.race([this.#socketClosed, timeout]).then(() => {
      cancel();
      this.#finish({ kind: "stopped" });
    });
  }

  #begin(line: PublisherLine): LineEvents<ToProducerMessage> {
    const { room, name, links, timing } = this.options;
    return {
      hello: () => {
        const { producerId, generation: gen } = links.begin();
        return { type: "hello", room, producerId, name, gen };
      },
      parse: parseToProducerMessage,
      control: (message) => this.#control(line, message),
      binary: (message) => {
        const sender = this.#welcomed?.session.sender;
        if (sender && sender.acked(decodeAck(message), timing.now()) > 0) line.prove();
        this.#offerTurn();
      },
      answered: () => links.check(),
      graceMs: () =>
        (this.#welcomed?.session.sender.window.inFlight ?? 0) / SLOWEST_UPLINK_BYTES_PER_MS,
    };
  }

  #control(line: PublisherLine, message: ToProducerMessage): void {
    switch (message.type) {
      case "welcome": {
        this.#failure = "";
        line.send({ type: "status", state: "live" });
        this.#welcomed = this.#welcome(line);
        const room = plainText(message.room, MAX_ROOM_LENGTH);
        this.#log.relay.info(`connected to the relay, room "${room}"`);
        this.options.links.received(message.viewerLink);
        return;
      }
      case "demand":
        this.#welcomed?.demand.reported(message.watching);
        return;
      case "refresh":
        this.#welcomed?.refreshes.offer();
        return;
      case "link":
        if (this.#welcomed) this.options.links.renewed(message.viewerLink);
        return;
      case "closing":
      case "pong":
        return;
      default:
        message satisfies never;
    }
  }

  #welcome(line: PublisherLine): Welcomed {
    const { recorder, timing } = this.options;
    const session = new PublishSession(line.clock, (message) => {
      if (!line.send(message)) return false;
      recorder?.record(message);
      return true;
    });
    const refreshes = new RateLimit<void>(REFRESHES, timing, () => session.refresh());
    const demand = new Demand({
      log: this.#log.viewers,
      timers: timing,
      recorder,
      changed: (watched) => {
        if (watched) session.sender.wake();
        this.#offerTurn();
      },
    });
    return { session, demand, refreshes };
  }

  #isRetryable({ code }: LineEnd): boolean {
    const { yields, links } = this.options;
    if (code === CLOSE.replaced) return links.ended;
    return closeMeaning(code).retryable && !(yields && code === CLOSE.producerExists);
  }

  #lost(end: LineEnd | undefined, retryAt: number | undefined): void {
    this.#leave();
    const reason = end ? this.#reasonOf(end, retryAt === undefined) : "no socket can be opened";
    if (retryAt === undefined) {
      this.#over = true;
      this.#finish({ kind: "refused", reason });
      return;
    }
    const delayMs = retryAt - this.options.timing.now();
    if (reason === this.#failure) this.#log.relay.debug(`${reason}; next try in ${delayMs} ms`);
    else this.#log.relay.warn(`${reason}; trying again until it works`);
    this.#failure = reason;
  }

  #reasonOf(end: LineEnd, refused: boolean): string {
    const { code, error, byUs, opened } = end;
    if (byUs) {
      return code === CLOSE.silent ? end.reason : `the relay sent something invalid: ${end.reason}`;
    }
    const { meaning } = closeMeaning(code);
    if (refused) {
      const detail = plainText(end.reason, MAX_REASON_LENGTH);
      return detail !== "" && detail !== meaning ? `${meaning} (${detail})` : meaning;
    }
    // It was replaced by another process of ours, which only revoked the links.
    if (code === CLOSE.replaced)
      return "all links given out were revoked, and there will be a new one";
    if (!opened) return `cannot reach the relay at ${this.options.url}: ${error ?? meaning}`;
    return error ? `${meaning}: ${error}` : meaning;
  }

  #leave(): void {
    this.#welcomed?.demand.stop();
    this.#welcomed?.refreshes.stop();
    this.#welcomed = undefined;
  }

  #finish(end: PublisherEnd): void {
    this.options.links.stop();
    this.#log.relay.stop();
    this.#log.viewers.stop();
    this.#offerTurn();
    this.#end(end);
  }

  #offerTurn(): void {
    const { demand, session } = this.#welcomed ?? {};
    const turn = demand?.wanted && !session?.sender.waiting ? session : undefined;
    if (!this.#over && !turn) return;
    const resolve = this.#awaited;
    this.#awaited = undefined;
    resolve?.(turn);
  }
}
