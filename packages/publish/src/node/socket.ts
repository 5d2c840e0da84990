/** The one WebSocket to the relay, as the publisher sees it. Nothing outside this file knows of `ws`. */
import { MAX_CONTROL_LENGTH, SUBPROTOCOL } from "@screen-share/protocol";
import { WebSocket } from "ws";
import type { OpenSocket, RelaySocket, RelaySocketEvents } from "../socket.ts";
import { InboundLimit } from "./inbound-limit.ts";
import { proxyAgent, proxyFor, type RelayProxy } from "./proxy.ts";

/**
 * How long one address of the relay may take to accept a connection. Node.js gives each only 250 ms and then tries the next, so a
 * relay far away would never be reached where its name has an IPv4 and an IPv6 address and only one of them works.
 */
const ADDRESS_TIMEOUT_MS = 5000;
/** How long it may take altogether: looking up the name, four addresses, TLS and the WebSocket handshake on a slow link. */
const CONNECT_TIMEOUT_MS = 30_000;
/** A relay that does not answer our goodbye is not waited for longer than this. */
const CLOSE_TIMEOUT_MS = 2000;
/** Handed on to `net.connect`; the types of `ws` do not know them all. */
const TIMEOUTS = {
  autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
  closeTimeout: CLOSE_TIMEOUT_MS,
} as const;
/** Answers to pings are dropped while this much waits for a relay that does not read, bytes. */
const MAX_WAITING_FOR_PONG_BYTES = 64 * 1024;
/** No code came: the socket just ended (RFC 6455 §7.1.5). */
const ABNORMAL = 1006;

/**
 * How to open sockets to a relay: through the proxy that the environment names for it, if there is one.
 * @param log is told which proxy that is
 * @returns a sentence if the environment names something that is no proxy
 */
export function openerFor(
  relay: string,
  log?: { readonly info: (message: string) => void },
): OpenSocket | { readonly problem: string } {
  const proxy = proxyFor(relay);
  if (proxy && "problem" in proxy) return proxy;
  if (proxy) log?.info(`the relay is reached through the proxy ${proxy.name}`);
  return (options, events) => open(options, events, proxy);
}

/** Opens a socket directly, without a proxy. */
export const openSocket: OpenSocket = (options, events) => open(options, events, undefined);

function open(
  { url, token }: Parameters<OpenSocket>[0],
  events: RelaySocketEvents,
  proxy: RelayProxy | undefined,
): RelaySocket {
  let error: string | undefined;
  const fail = (words: string) => {
    error ??= proxy ? `through the proxy ${proxy.name}: ${words}` : words;
  };
  const refused = (status: number) => {
    fail(PROXY_REFUSALS[status] ?? `it refuses with HTTP status ${status}`);
  };
  const agent = proxy && proxyAgent(proxy, { addressTimeoutMs: ADDRESS_TIMEOUT_MS, refused });
  const socket = new WebSocket(url, SUBPROTOCOL, {
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
  const came = () => {
    inbound.frame();
    events.alive();
  };
  socket.on("open", () => {
    clearTimeout(deadline);
    events.opened();
  });
  socket.on("message", (data: Buffer, isBinary) => {
    came();
    if (isBinary) events.binary(data);
    else events.text(data.toString("utf8"));
  });
  socket.on("ping", (payload) => {
    came();
    if (socket.bufferedAmount < MAX_WAITING_FOR_PONG_BYTES) socket.pong(payload);
  });
  socket.on("pong", came);
  socket.on("error", (cause) => {
    fail(inPlainWords(cause));
  });
  socket.on("close", (code, reason) => {
    clearTimeout(deadline);
    inbound.stop();
    events.closed({ code: code || ABNORMAL, reason: reason.toString("utf8"), error });
  });
  const isOpen = () => socket.readyState === WebSocket.OPEN;
  return {
    send(message) {
      if (!isOpen()) return false;
      socket.send(message);
      return true;
    },
    ping() {
      if (isOpen()) socket.ping();
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}

const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EPROTO: "what answers does not speak TLS, as wss:// needs it",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "the host's name cannot be looked up at the moment",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
};

/** What a proxy says that does not connect us. */
const PROXY_REFUSALS: Readonly<Record<number, string>> = {
  403: "it does not allow connections to the relay",
  407: "it requires a user and a password, as in http://user:password@proxy.example:3128",
};

function inPlainWords(error: Error & { readonly code?: string }): string {
  const known = MEANINGS[error.code ?? ""];
  if (known) return known;
  if (/subprotocol/.test(error.message)) return "what answers is no Screen Share relay";
  const status = /^Unexpected server response: (\d+)$/.exec(error.message)?.[1];
  return status ? `it answered with HTTP status ${status}` : error.message;
}
