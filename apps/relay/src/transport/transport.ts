/** The port to the network: turns WebSockets into peers and sessions, and HTTP requests into values. Its adapters are uws.ts and ws.ts. */
import type { Role } from "@screen-share/protocol";
import type { HeldBytes } from "../core/held-bytes.ts";
import type { Peer, Session } from "../core/peer.ts";
import type { HttpRequest, HttpStream, StreamSource, WholeReply } from "../http/reply.ts";

/** Counts bytes of payload. */
export interface Traffic {
  received(channel: Role, bytes: number): void;
  delivered(channel: Role | "http", bytes: number): void;
}

/** The request of a WebSocket that has been accepted. */
export interface WebSocketRequest {
  readonly role: Role;
  /** It did not offer our subprotocol, so it follows the original, plain contract. */
  readonly plain: boolean;
  readonly request: HttpRequest;
}

/** How a WebSocket ended: the last close code and reason that were sent. */
export interface SocketEnd {
  readonly code: number;
  readonly by: "client" | "relay";
  readonly reason: string;
}

export interface ServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The longest message that reaches a session, bytes. A longer one closes the connection. */
  readonly maxBytes: Readonly<Record<Role, number>>;
  /** All messages together that have arrived only in part, bytes. */
  readonly maxUnfinishedBytes: number;
  /** Whether the client of a session was admitted. All others are strangers. */
  readonly admitted: (session: Session) => boolean;
  /** A WebSocket has opened. One that will be refused is accepted first, so that its session can send the reason (P-4). */
  readonly connect: (request: WebSocketRequest, peer: Peer) => Session;
  /** A WebSocket has ended. */
  readonly disconnected: (request: WebSocketRequest, session: Session, end: SocketEnd) => void;
  readonly answer: (request: HttpRequest) => Promise<WholeReply | HttpStream>;
  /** Either side has ended a stream. */
  readonly streamed: (request: HttpRequest, source: StreamSource) => void;
  readonly traffic: Traffic | undefined;
  /** Accounts for what sockets have not taken. */
  readonly held: HeldBytes;
  /** The budget of file descriptors, as in `Descriptors`. */
  readonly descriptors: { opened(): boolean; closed(): void; upgraded(): void };
  /** Runs a task soon, spread over turns of the event loop. */
  readonly pace: (task: () => void) => void;
  readonly now: () => number;
  /** Called before a message, a ping or pong, or a drained socket is handled. @returns the time */
  readonly handles: () => number;
}

export interface Server {
  readonly port: number;
  tick(): void;
  /** Stops listening, closes every WebSocket with this code, and resolves when all connections are closed. */
  close(code: number, reason: string): Promise<void>;
}

/** Starts to listen. @throws Error in plain words if the address cannot be listened on */
export type StartServer = (options: ServerOptions) => Promise<Server>;
