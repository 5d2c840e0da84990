/** Sockets that only a test answers, and a screen whose drawing a test controls. */
import {
  decodeAck,
  encodeControl,
  encodeUpdate,
  type FrameStore,
  type OpenSocket,
  type Size,
  type Socket,
  type SocketEvents,
  type ToViewerMessage,
  type Update,
  type ViewerMessage,
} from "@screen-share/protocol";
import type { Screen } from "../src/player/painter.ts";

/** Lets every promise that can settle do so. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export class FakeSocket implements Socket {
  readonly sent: ViewerMessage[] = [];
  readonly acks: number[] = [];
  closedWith: { readonly code: number; readonly reason: string } | undefined;

  constructor(readonly events: SocketEvents) {}

  send(message: string | Uint8Array): boolean {
    if (typeof message === "string") this.sent.push(JSON.parse(message));
    else this.acks.push(decodeAck(message));
    return true;
  }

  close(code: number, reason: string): void {
    this.closedWith = { code, reason };
  }

  drop(code: number, reason = ""): void {
    this.events.closed({ code, reason });
  }

  sentOf(type: ViewerMessage["type"]): ViewerMessage[] {
    return this.sent.filter((message) => message.type === type);
  }

  receive(message: ToViewerMessage): void {
    this.events.message(encodeControl(message));
  }

  update(update: Partial<Update>): void {
    const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
    const flags = { keyframe: false, cut: false, epoch: 1, tiles: [] };
    this.events.message(encodeUpdate({ ...times, ...flags, ...update }));
  }

  /** Opens it, and has the relay let the viewer into a room with a live host. */
  join(): void {
    this.events.opened();
    this.receive({ type: "welcome", room: "main" });
    this.receive({ type: "producer", state: "live", since: 0 });
  }
}

export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];

  readonly open: OpenSocket = (events) => {
    const socket = new FakeSocket(events);
    this.sockets.push(socket);
    return socket;
  };

  get newest(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("nothing was dialled");
    return socket;
  }
}

export class FakeScreen implements Screen {
  size: Size | undefined;
  undecodable = 0;
  /** The version that the store had when each finished drawing was begun. */
  readonly drawn: number[] = [];
  slow = false;
  /** While true, nothing can be decoded. */
  blind = false;
  /** Breaks the next drawing, as only a bug can. */
  broken = false;
  #waiting: (() => void)[] = [];
  #wanted: FrameStore | undefined;

  async draw(store: FrameStore): Promise<boolean> {
    if (this.broken) {
      this.broken = false;
      throw new Error("a bug");
    }
    const { version } = store;
    this.#wanted = store;
    if (this.slow) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.blind) this.undecodable++;
    if (store !== this.#wanted || this.blind) return false;
    this.size = store.stream;
    this.drawn.push(version);
    return true;
  }

  finish(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  clear(): void {
    this.#wanted = undefined;
    this.size = undefined;
  }
}
