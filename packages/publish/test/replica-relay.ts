/**
 * A relay in memory, for fake timers: it applies what it is sent, acknowledges it after a while, and may be lost, want everything anew, have nobody
 * who watches, or a socket that takes nothing.
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
  /** From an update's coming to its ack's. */
  ackDelayMs = 0;
  accepts = true;
  #watching = 1;
  #connection: { readonly events: SocketEvents; applied: number } | undefined;
  connections = 0;

  readonly open: OpenSocket = (events) => {
    const connection = { events, applied: 0 };
    this.connections++;
    this.#connection = connection;
    const whileItStands = (ms: number, react: () => void) =>
      setTimeout(() => {
        if (this.#connection === connection) react();
      }, ms);
    whileItStands(1, () => events.opened());
    return {
      send: (message) => {
        if (this.#connection !== connection || !this.accepts) return false;
        if (typeof message === "string") this.#text(message);
        else {
          const update = decodeUpdate(message);
          this.replica.apply(update);
          this.updates.push({ at: Date.now(), update, bytes: message.length });
          const count = ++connection.applied;
          whileItStands(this.ackDelayMs, () => events.message(encodeAck(count)));
        }
        return true;
      },
      close: () => this.lose(),
    };
  };

  watch(watching: number): void {
    this.#watching = watching;
    this.#tell({ type: "demand", viewers: watching, watching });
  }

  refresh(): void {
    this.#tell({ type: "refresh" });
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
      this.#tell({ type: "pong", sentAt: message.sentAt, relayAt: Date.now() });
    }
    if (message.type !== "hello") return;
    this.#tell({ type: "welcome", room: "main", viewerLink: "/" });
    this.watch(this.#watching);
  }

  #tell(message: ToProducerMessage): void {
    const connection = this.#connection;
    setTimeout(() => {
      if (connection && this.#connection === connection) {
        connection.events.message(encodeControl(message));
      }
    }, 1);
  }
}
