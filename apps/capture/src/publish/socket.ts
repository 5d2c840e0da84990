/** The one WebSocket to the relay, as the publisher sees it. Nothing outside this file knows of `ws`. */
import { MAX_CONTROL_LENGTH, SUBPROTOCOL } from "@screen-share/protocol";
import { WebSocket } from "ws";

const CONNECT_TIMEOUT_MS = 10_000;
/** No code came: the socket just ended (RFC 6455 §7.1.5). */
const ABNORMAL = 1006;

/** The port to a socket. After `closed`, or once it was closed from here, nothing can be sent. */
export interface Socket {
  /** Text or bytes. Whether they were accepted; the bytes may not be changed afterwards. */
  send(message: string | Uint8Array): boolean;
  /** Asks for a sign of life. */
  ping(): void;
  /** @param reason at most 123 bytes of UTF-8 */
  close(code: number, reason: string): void;
  /** Ends it at once, without a goodbye. */
  terminate(): void;
}

export interface SocketEvents {
  opened(): void;
  text(message: string): void;
  binary(message: Uint8Array): void;
  /** Anything at all came from the other side. */
  alive(): void;
  /** Once, whether it was ever open or not. */
  closed(how: Closed): void;
}

export interface Closed {
  readonly code: number;
  /** What the other side wrote beside the code. */
  readonly reason: string;
  /** What went wrong below the protocol, in plain words. */
  readonly error: string | undefined;
}

export type OpenSocket = (
  options: { readonly url: string; readonly token: string | undefined },
  events: SocketEvents,
) => Socket;

/** Opens a socket; all that happens to it is told by `events`, never before this returns. */
export const openSocket: OpenSocket = ({ url, token }, events) => {
  const socket = new WebSocket(url, SUBPROTOCOL, {
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    handshakeTimeout: CONNECT_TIMEOUT_MS,
    // UTF-8 takes up to 3 bytes a UTF-16 unit.
    maxPayload: 3 * MAX_CONTROL_LENGTH,
  });
  let error: string | undefined;
  socket.on("open", () => events.opened());
  socket.on("message", (data: Buffer, isBinary) => {
    events.alive();
    if (isBinary) events.binary(data);
    else events.text(data.toString("utf8"));
  });
  socket.on("ping", () => events.alive());
  socket.on("pong", () => events.alive());
  socket.on("error", (cause) => {
    error = inPlainWords(cause);
  });
  socket.on("close", (code, reason) => {
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
};

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

function inPlainWords(error: Error & { readonly code?: string }): string {
  const known = MEANINGS[error.code ?? ""];
  if (known) return known;
  if (error.message === "Opening handshake has timed out") return "no answer";
  if (/subprotocol/.test(error.message)) return "what answers is no Screen Share relay";
  const status = /^Unexpected server response: (\d+)$/.exec(error.message)?.[1];
  return status ? `it answered with HTTP status ${status}` : error.message;
}
