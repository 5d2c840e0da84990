/**
 * A relay in memory, for fake timers. It applies and acknowledges what it receives. A test can make it lose the connection, request a refresh, report
 * that there are no viewers, or refuse messages.
 */
import {
  decodeUpdate,
  encodeAck,
  encodeControl,
  type OpenSocket,
  parseProducerMessage,
  Replica,
  type SocketEvents,
  type ToProducerMessage,
  type Update,
} from "@screen-share/protocol";

export class ReplicaRelay {
  readonly replica = new Replica();
  readonly updates: { readonly at: number; readonly update: Update; readonly bytes: number }[] = [];
  ackDelayMs = 0;
  accepts = true;
  #watching = 1;
  #connection: { readonly events: SocketEvents; applied: number } | undefined;
  connections = 0;

  readonly open: OpenSocket = (events) => {
    const connection = { events, applied: 0 };
    this.connections++;
    this.#connection = connection;
    this.#later(1, () => events.opened());
    return {
      send: (message) => {
        if (this.#connection !== connection || !this.accepts) return false;
        if (typeof message === "string") this.#text(message);
        else {
          const update = decodeUpdate(message);
          this.replica.apply(update);
          this.updates.push({ at: Date.now(), update, bytes: message.length });
          const count = ++connection.applied;
          this.#later(this.ackDelayMs, () => events.message(encodeAck(count)));
        }
        return true;
      },
      close: () => this.lose(),
    };
  };

  watch(watching: number): void {
    this.#watching = watching;
    this.#send({ type: "demand", viewers: watching, watching });
  }

  refresh(): void {
    this.#send({ type: "refresh" });
  }

  lose(): void {
    const lost = this.#connection;
    this.#connection = undefined;
    this.replica.disconnect();
    lost?.events.closed({ code: 1006, reason: "" });
  }

  #text(text: string): void {
    const message = parseProducerMessage(text);
    if (message.type === "stream") this.replica.describe(message.epoch, message.stream);
    if (message.type === "ping") {
      this.#send({ type: "pong", sentAt: message.sentAt, relayAt: Date.now() });
    }
    if (message.type !== "hello") return;
    this.#send({ type: "welcome", room: "main", viewerLink: "/" });
    this.watch(this.#watching);
  }

  #send(message: ToProducerMessage): void {
    this.#later(1, (events) => events.message(encodeControl(message)));
  }

  /** Runs `react` after a while, unless the connection is lost by then. */
  #later(ms: number, react: (events: SocketEvents) => void): void {
    const connection = this.#connection;
    setTimeout(() => {
      if (connection && this.#connection === connection) react(connection.events);
    }, ms);
  }
}
