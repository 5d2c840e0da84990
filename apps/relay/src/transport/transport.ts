/**
 * The port to the network: it listens, turns WebSockets into peers and sessions, and HTTP requests into values. It has two
 * adapters, which pass one shared suite: uws.ts and ws.ts.
 */
import type { HeldBytes } from "../core/held-bytes.ts";
import type { Peer, Session } from "../core/peer.ts";
import type { HttpRequest, HttpStream, StreamSource, WholeReply } from "../http/reply.ts";

export type Role = "producer" | "viewer";

/** Says whether there are file descriptors for a connection. */
interface Descriptors {
  /** A connection has been accepted. @returns whether it may stay; if so, `closed` or `upgraded` follows */
  opened(): boolean;
  /** An HTTP connection has ended. */
  closed(): void;
  /** An HTTP connection has become a WebSocket. */
  upgraded(): void;
}

/** Counts bytes of payload. */
interface Traffic {
  received(channel: Role, bytes: number): void;
  delivered(channel: Role | "http", bytes: number): void;
}

/** A WebSocket that has been accepted. */
export interface Connection {
  readonly role: Role;
  /** It did not ask for our subprotocol: it follows the original, plain contract. */
  readonly plain: boolean;
  readonly request: HttpRequest;
}

/** How a WebSocket ended: the close code and reason that were sent last. */
interface End {
  readonly code: number;
  readonly by: "client" | "relay";
  readonly reason: string;
}

export interface ServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The longest message that reaches a session, bytes. A longer one breaks the connection. */
  readonly maxBytes: Readonly<Record<Role, number>>;
  /** All messages together that have begun to arrive and are not whole yet, bytes. */
  readonly maxUnfinishedBytes: number;
  /** Whether the client of a session has shown that it may be here. All others are strangers. */
  readonly admitted: (session: Session) => boolean;
  /** A WebSocket has opened. One that is refused is accepted first, so that its session can send the reason (P-4). */
  readonly connect: (connection: Connection, peer: Peer) => Session;
  /** A WebSocket has ended. */
  readonly disconnected: (connection: Connection, session: Session, end: End) => void;
  readonly answer: (request: HttpRequest) => Promise<WholeReply | HttpStream>;
  /** A stream has ended, by either side. */
  readonly streamed: (request: HttpRequest, source: StreamSource) => void;
  readonly traffic: Traffic | undefined;
  /** Accounts for what sockets have not taken. */
  readonly held: HeldBytes;
  readonly descriptors: Descriptors;
  /** Runs a task soon, spread over turns of the event loop. */
  readonly pace: (task: () => void) => void;
  readonly now: () => number;
}

export interface Server {
  readonly port: number;
  /** Called about once a second. */
  tick(): void;
  /** Stops listening, closes every WebSocket with this code, and resolves when all connections are closed. */
  close(code: number, reason: string): Promise<void>;
}

/**
 * Listens.
 * @throws Error in plain words if the address cannot be listened on
 */
export type StartServer = (options: ServerOptions) => Promise<Server>;
