/** A synthetic plain producer: whole JPEGs of changing sizes, as any script would send them. */
import { Backoff, closeMeaning } from "@screen-share/protocol";
import WebSocket from "ws";
import { mint } from "../tokens.ts";
import { pick } from "./pictures.ts";

const INTERVAL_MS = 150;
const BACKOFF = { firstMs: 500, maxMs: 4000 } as const;

export interface PlainProducerOptions {
  readonly port: number;
  readonly room: string;
  readonly jpegs: readonly Uint8Array[];
  readonly random: () => number;
  readonly onProblem: (problem: string) => void;
}

export class SoakPlainProducer {
  moving = true;
  /** What all viewers must see. */
  jpeg: Uint8Array;
  readonly #timer = setInterval(() => this.#tick(), INTERVAL_MS);
  readonly #backoff = new Backoff(BACKOFF);
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(private readonly options: PlainProducerOptions) {
    this.jpeg = pick(options.jpegs, options.random);
    void this.#dial();
  }

  get room(): string {
    return this.options.room;
  }

  /** Whether its newest picture has been sent. */
  get settled(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN && this.#socket.bufferedAmount === 0;
  }

  /** Loses its connection and dials again. */
  crash(): void {
    this.#socket?.terminate();
  }

  close(): void {
    this.#over = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#socket?.terminate();
  }

  async #dial(): Promise<void> {
    const { port, room, random, onProblem } = this.options;
    const token = await mint({ role: "producer", room });
    if (this.#over) return;
    const socket = new WebSocket(`ws://localhost:${port}/ws/producer?room=${room}`, {
      headers: { Authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    this.#socket = socket;
    socket.on("error", () => undefined);
    socket.on("open", () => {
      this.#backoff.reset();
      socket.send(this.jpeg);
    });
    socket.on("close", (code) => {
      if (this.#over) return;
      const { meaning, retryable } = closeMeaning(code);
      if (!retryable) onProblem(`the producer of ${room} was closed with ${code}: ${meaning}`);
      else this.#retry = setTimeout(() => void this.#dial(), this.#backoff.nextMs(random()));
    });
  }

  #tick(): void {
    if (!this.moving || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.jpeg = pick(this.options.jpegs, this.options.random);
    this.#socket.send(this.jpeg);
  }
}
