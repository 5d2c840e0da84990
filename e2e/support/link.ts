/**
 * A network between two programs of this machine: a TCP relay with a rate, a delay, jitter and failures. What it holds is bounded, so that
 * senders are slowed down as by a real network.
 */
import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import { listen } from "./ports.ts";

export interface Way {
  /** Infinity for no limit. */
  readonly bytesPerSecond: number;
  /** One way, ms. */
  readonly delayMs: number;
  /** The most that is added at random. The order of bytes is kept. */
  readonly jitterMs?: number;
  /** The bytes that may wait before the bottleneck. */
  readonly queueBytes?: number;
}

const FREE: Way = { bytesPerSecond: Number.POSITIVE_INFINITY, delayMs: 0 };
const DEFAULT_QUEUE_BYTES = 64 * 1024;
const SEGMENT_BYTES = 1448;

export interface LinkOptions {
  readonly port: number;
  /** From the client to the port. */
  readonly up?: Way;
  readonly down?: Way;
}

export class ShapedLink {
  readonly #ends = new Set<Socket>();
  readonly #ways: { up: Way; down: Way };
  #stalled = false;
  /** Bytes that have come out, each way. */
  readonly carried = { up: 0, down: 0 };
  readonly #resume = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    { up = FREE, down = FREE, port: farPort }: LinkOptions,
  ) {
    this.#ways = { up, down };
    server.on("connection", (near) => this.#join(near, new Socket().connect(farPort, "127.0.0.1")));
  }

  static async start(options: LinkOptions): Promise<ShapedLink> {
    const server = createServer({ noDelay: true });
    return new ShapedLink(server, await listen(server, "127.0.0.1"), options);
  }

  set(ways: { readonly up?: Way; readonly down?: Way }): void {
    Object.assign(this.#ways, ways);
  }

  stall(): void {
    this.#stalled = true;
  }

  flow(): void {
    this.#stalled = false;
    for (const resume of this.#resume) resume();
  }

  cut(): void {
    for (const end of this.#ends) end.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, "close");
  }

  #join(near: Socket, far: Socket): void {
    far.setNoDelay(true);
    this.#carry(near, far, "up");
    this.#carry(far, near, "down");
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(end);
      end.on("error", () => undefined);
      end.on("close", () => {
        this.#ends.delete(end);
        other.destroy();
      });
    }
  }

  #carry(from: Socket, to: Socket, direction: "up" | "down"): void {
    const queue: { readonly bytes: Buffer; readonly dueAt: number }[] = [];
    let queuedBytes = 0;
    let busyUntil = 0;
    let lastDueAt = 0;
    let timer: NodeJS.Timeout | undefined;
    const pump = () => {
      clearTimeout(timer);
      timer = undefined;
      const now = performance.now();
      for (let head = queue[0]; head && !this.#stalled && head.dueAt <= now; head = queue[0]) {
        queue.shift();
        queuedBytes -= head.bytes.length;
        this.carried[direction] += head.bytes.length;
        to.write(head.bytes);
      }
      const limit = this.#ways[direction].queueBytes ?? DEFAULT_QUEUE_BYTES;
      if (queuedBytes <= limit) from.resume();
      const [next] = queue;
      if (next && !this.#stalled) timer = setTimeout(pump, Math.max(0, next.dueAt - now));
    };
    this.#resume.add(pump);
    from.on("data", (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += SEGMENT_BYTES) {
        const bytes = chunk.subarray(at, at + SEGMENT_BYTES);
        const { bytesPerSecond, delayMs, jitterMs = 0, queueBytes } = this.#ways[direction];
        const sendingMs = (1000 * bytes.length) / bytesPerSecond;
        busyUntil = Math.max(performance.now(), busyUntil) + sendingMs;
        lastDueAt = Math.max(lastDueAt, busyUntil + delayMs + jitterMs * Math.random());
        queue.push({ bytes, dueAt: lastDueAt });
        queuedBytes += bytes.length;
        // Data in flight is not in the queue.
        const onItsWay = (bytesPerSecond * (delayMs + jitterMs)) / 1000;
        const limit =
          (queueBytes ?? DEFAULT_QUEUE_BYTES) + (Number.isFinite(onItsWay) ? onItsWay : 0);
        if (queuedBytes > limit) from.pause();
      }
      if (timer === undefined) pump();
    });
    from.on("close", () => {
      clearTimeout(timer);
      this.#resume.delete(pump);
    });
  }
}
