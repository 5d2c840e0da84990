/** A relay that sends only what the test makes it send. */
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import {
  decodeUpdate,
  encodeAck,
  encodeControl,
  PRODUCER_PATH,
  type ProducerMessage,
  parseProducerMessage,
  SUBPROTOCOL,
  type ToProducerMessage,
  type Update,
} from "@screen-share/protocol";
import { type WebSocket, WebSocketServer } from "ws";

type Received = ProducerMessage | ({ readonly type: "update" } & Update);
type OfType<T extends Received["type"]> = Extract<Received, { readonly type: T }>;

export class FakeRelay {
  readonly #arrivals = new Queue<FakeConnection>();

  private constructor(
    private readonly server: WebSocketServer,
    readonly port: number,
  ) {
    server.on("connection", (socket, request) => {
      this.#arrivals.put(new FakeConnection(socket, request.headers));
    });
  }

  /** @param port 0 for any that is free */
  static async start(port = 0): Promise<FakeRelay> {
    const handleProtocols = () => SUBPROTOCOL;
    const server = new WebSocketServer({ port, host: "127.0.0.1", handleProtocols });
    await once(server, "listening");
    return new FakeRelay(server, (server.address() as AddressInfo).port);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}${PRODUCER_PATH}`;
  }

  connection(): Promise<FakeConnection> {
    return this.#arrivals.take();
  }

  /** The next connection, with its hello received and its welcome sent. */
  async welcomed(): Promise<FakeConnection> {
    const connection = await this.connection();
    await connection.receive("hello");
    connection.welcome();
    return connection;
  }

  /** Vanishes without a goodbye. */
  async stop(): Promise<void> {
    for (const socket of this.server.clients) socket.terminate();
    this.server.close();
    await once(this.server, "close");
  }
}

export class FakeConnection {
  readonly closed: Promise<number>;
  readonly #inbox = new Queue<Received>();
  #updates = 0;

  constructor(
    private readonly socket: WebSocket,
    readonly headers: IncomingHttpHeaders,
  ) {
    this.closed = once(socket, "close").then(([code]) => code);
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.#inbox.put({ type: "update", ...decodeUpdate(data) });
      else this.#inbox.put(parseProducerMessage(data.toString()));
    });
  }

  /** The next message except for pings, which must be of this type. */
  receive<T extends Received["type"]>(type: T): Promise<OfType<T>> {
    return this.#next(type, (other) => other === "ping");
  }

  /** The next message of a type, whatever comes before it. */
  skipTo<T extends Received["type"]>(type: T): Promise<OfType<T>> {
    return this.#next(type, () => true);
  }

  /** Acknowledges every update received so far. */
  ackAll(): void {
    this.ack(this.#updates);
  }

  async #next<T extends Received["type"]>(type: T, maySkip: (other: string) => boolean) {
    for (;;) {
      const message = await this.#inbox.take();
      if (message.type === "update") this.#updates++;
      if (message.type === type) return message as OfType<T>;
      if (!maySkip(message.type)) throw new Error(`got ${message.type} instead of ${type}`);
    }
  }

  send(message: ToProducerMessage): void {
    this.socket.send(encodeControl(message));
  }

  welcome(viewerLink = "http://relay.example/#room=main"): void {
    this.send({ type: "welcome", room: "main", viewerLink });
    this.demand(1);
  }

  demand(watching: number): void {
    this.send({ type: "demand", viewers: watching, watching });
  }

  ack(count: number): void {
    this.socket.send(encodeAck(count));
  }

  sendRaw(data: string | Uint8Array): void {
    this.socket.send(data);
  }

  close(code: number, reason = ""): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }
}

class Queue<T> {
  readonly #items: T[] = [];
  readonly #takers: ((item: T) => void)[] = [];

  put(item: T): void {
    const taker = this.#takers.shift();
    if (taker) taker(item);
    else this.#items.push(item);
  }

  take(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#takers.push(resolve));
  }
}
