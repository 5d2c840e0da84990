/** The WebSocket to the relay, by `ws`. Nothing outside this file knows that library. */
import {
  MAX_CONTROL_LENGTH,
  type OpenSocket,
  type Socket,
  type SocketEvents,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import { WebSocket } from "ws";
import type { Log } from "../ports.ts";
import { proxyAgent, proxyFor, type RelayProxy } from "./proxy.ts";

/**
 * How long one address of the relay may take to accept a connection. The 250 ms that Node.js gives each before it tries the next are too
 * short for a distant relay with an IPv4 and an IPv6 address of which only one works.
 */
const ADDRESS_TIMEOUT_MS = 5000;
/** How long all of it may take: looking up the name, four addresses, TLS and the WebSocket handshake on a slow link. */
const CONNECT_TIMEOUT_MS = 30_000;
/** How long to wait for a relay that does not answer our close frame. */
const CLOSE_TIMEOUT_MS = 2000;
/** Passed on to `net.connect`; the types of `ws` do not have all of them. */
const TIMEOUTS = {
  autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
  closeTimeout: CLOSE_TIMEOUT_MS,
} as const;
/** Pings are not answered while this many bytes wait for a relay that does not read. */
const MAX_WAITING_FOR_PONG_BYTES = 64 * 1024;
const ABNORMAL = 1006;

const LIMIT_INTERVAL_MS = 100;
/** Acks of 60 fps in many cuts, and changes in the number of viewers, stay far below this. */
export const FRAMES_PER_INTERVAL = 400;

export interface RelayAddress {
  /** ws:// or wss:// */
  readonly server: string;
  readonly token?: string | undefined;
}

/** Opens sockets to a relay, through the proxy that the environment names for it, if any. Returns a sentence if that is no proxy. */
export function openerFor(
  relay: RelayAddress,
  log?: Pick<Log, "info">,
): OpenSocket | { readonly problem: string } {
  const proxy = proxyFor(relay.server);
  if (proxy && "problem" in proxy) return proxy;
  if (proxy) log?.info(`the relay is reached through the proxy ${proxy.name}`);
  return (events) => open(relay, events, proxy);
}

/** Opens sockets to a relay directly, without a proxy. */
export function directOpener(relay: RelayAddress): OpenSocket {
  return (events) => open(relay, events, undefined);
}

function open(
  { server, token }: RelayAddress,
  events: SocketEvents,
  proxy: RelayProxy | undefined,
): Socket {
  let error: string | undefined;
  const fail = (words: string) => {
    error ??= proxy ? `through the proxy ${proxy.name}: ${words}` : words;
  };
  const refused = (status: number) => {
    fail(PROXY_REFUSALS[status] ?? `it refused with HTTP status ${status}`);
  };
  const agent = proxy && proxyAgent(proxy, { addressTimeoutMs: ADDRESS_TIMEOUT_MS, refused });
  const socket = new WebSocket(server, SUBPROTOCOL, {
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    autoPong: false,
    ...(agent ? { agent } : {}),
    ...TIMEOUTS,
    // UTF-8 takes up to 3 bytes per UTF-16 unit.
    maxPayload: 3 * MAX_CONTROL_LENGTH,
  });
  const deadline = setTimeout(() => {
    fail("no answer");
    socket.terminate();
  }, CONNECT_TIMEOUT_MS);
  const inbound = new InboundLimit(socket);
  const frameCame = () => {
    inbound.frame();
    events.alive();
  };
  socket.on("open", () => {
    clearTimeout(deadline);
    events.opened();
  });
  socket.on("message", (data: Buffer, isBinary) => {
    inbound.frame();
    events.message(isBinary ? data : data.toString("utf8"));
  });
  socket.on("ping", (payload) => {
    frameCame();
    if (socket.bufferedAmount < MAX_WAITING_FOR_PONG_BYTES) socket.pong(payload);
  });
  socket.on("pong", frameCame);
  socket.on("error", (cause) => {
    fail(inPlainWords(cause));
  });
  socket.on("close", (code, reason) => {
    clearTimeout(deadline);
    inbound.stop();
    events.closed({ code: code || ABNORMAL, reason: reason.toString("utf8"), error });
  });
  return {
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(message);
      return true;
    },
    close: (code, reason) => socket.close(code, reason),
  };
}

const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EPROTO: "the server does not speak TLS, which wss:// requires",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "there is no host with this name",
  EAI_AGAIN: "the host's name cannot be looked up at the moment",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
};

/** Why a proxy does not connect us, by its HTTP status. */
const PROXY_REFUSALS: Readonly<Record<number, string>> = {
  403: "it does not allow connections to the relay",
  407: "it requires a user and a password, as in http://user:password@proxy.example:3128",
};

function inPlainWords(error: Error & { readonly code?: string }): string {
  const known = MEANINGS[error.code ?? ""];
  if (known) return known;
  if (/subprotocol/.test(error.message)) return "the server is not a Screen Share relay";
  const status = /^Unexpected server response: (\d+)$/.exec(error.message)?.[1];
  return status ? `it answered with HTTP status ${status}` : error.message;
}

/** Bounds how much processing time a relay's frames can take: above the limit its socket is not read for a while. Nothing is lost. */
export class InboundLimit {
  #frames = 0;
  #paused = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: { readonly pause: () => void; readonly resume: () => void },
  ) {}

  frame(): void {
    this.#frames++;
    this.#timer ??= this.#startTimer();
    if (this.#paused || this.#frames <= FRAMES_PER_INTERVAL) return;
    this.#paused = true;
    this.socket.pause();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #startTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      // Frames that arrived before the pause took effect make it longer.
      this.#frames = Math.max(0, this.#frames - FRAMES_PER_INTERVAL);
      this.#timer = this.#frames > 0 ? this.#startTimer() : undefined;
      if (!this.#paused || this.#frames > 0) return;
      this.#paused = false;
      this.socket.resume();
    }, LIMIT_INTERVAL_MS);
  }
}
