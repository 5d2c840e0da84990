/** A clock that only a test moves, sockets that only a test answers, and a screen that draws when it is told. */
import {
  decodeAck,
  encodeControl,
  encodeUpdate,
  type FrameStore,
  type Size,
  type ToViewerMessage,
  type Update,
  type ViewerMessage,
} from "@screen-share/protocol";
import type { Screen } from "../src/player/painter.ts";
import type { Timing } from "../src/player/player.ts";
import type { Connect, SocketEvents } from "../src/player/subscriber.ts";

/** Lets every promise that can settle do so. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export class FakeTiming implements Timing {
  #now = 1_000_000;
  #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Goes on by so many ms, running what falls due in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
      if (!next || next.at > end) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  /** The machine sleeps: the clock goes on, and timers run once, late. */
  sleep(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }
}

export class FakeSocket {
  readonly said: ViewerMessage[] = [];
  readonly acks: number[] = [];
  closedWith: { readonly code: number; readonly reason: string } | undefined;

  constructor(readonly events: SocketEvents) {}

  send(message: string | Uint8Array): void {
    if (typeof message === "string") this.said.push(JSON.parse(message));
    else this.acks.push(decodeAck(message));
  }

  close(code: number, reason: string): void {
    this.closedWith = { code, reason };
  }

  says(type: ViewerMessage["type"]): ViewerMessage[] {
    return this.said.filter((message) => message.type === type);
  }

  tell(message: ToViewerMessage): void {
    this.events.message(encodeControl(message));
  }

  update(update: Partial<Update>): void {
    const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
    const flags = { keyframe: false, cut: false, epoch: 1, tiles: [] };
    this.events.message(encodeUpdate({ ...times, ...flags, ...update }).buffer);
  }

  /** Opens it, and has the relay let the viewer into a room with a live host. */
  join(): void {
    this.events.opened();
    this.tell({ type: "welcome", room: "main" });
    this.tell({ type: "producer", state: "live", since: 0 });
  }
}

/** Every socket that was dialled, the newest last. */
export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];

  readonly connect: Connect = (events) => {
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
  /** While true, drawings wait for `finish`. */
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
