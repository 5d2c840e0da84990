/** Plain clients that stay in a room and reconnect: a producer of whole JPEGs, a viewer, and a reader of the MJPEG stream. */
import { get } from "node:http";
import { Backoff, closeMeaning, type FrameStore } from "@screen-share/protocol";
import { Client } from "@screen-share/protocol/testing/client";
import { difference, pick } from "./pictures.ts";

const BACKOFF = { firstMs: 500, maxMs: 4000 } as const;
const INTERVAL_MS = 150;
const PART_LENGTH = /Content-Length: (\d+)\r\n\r\n/;
const MAX_HEAD_BYTES = 1024;

export interface PlainMemberOptions {
  readonly port: number;
  readonly room: string;
  readonly token: string;
  readonly random: () => number;
  readonly onProblem: (problem: string) => void;
}

/** A viewer, and the last whole picture that it has received. */
export interface PlainWatcher {
  readonly picture: Uint8Array | undefined;
  close(): void;
}

class Redialling {
  readonly #backoff = new Backoff(BACKOFF);
  #cut: () => void;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /** @param dial returns what cuts the connection off */
  constructor(
    private readonly options: PlainMemberOptions,
    private readonly dial: (self: Redialling) => () => void,
  ) {
    this.#cut = dial(this);
  }

  proven(): void {
    this.#backoff.reset();
  }

  /** @param code of a WebSocket */
  lost(code?: number): void {
    if (this.#over) return;
    const { room, random, onProblem } = this.options;
    if (code !== undefined && !closeMeaning(code).retryable) {
      onProblem(`a plain client of ${room} was closed for good with ${code}`);
      return;
    }
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#cut = this.dial(this);
    }, this.#backoff.nextMs(random()));
  }

  close(): void {
    this.#over = true;
    clearTimeout(this.#retry);
    this.#cut();
  }
}

export class SoakPlainProducer {
  moving = true;
  jpeg: Uint8Array;
  #socket: Client["socket"] | undefined;
  readonly #redialling: Redialling;
  readonly #timer = setInterval(() => this.#tick(), INTERVAL_MS);

  constructor(
    private readonly options: PlainMemberOptions & { readonly jpegs: readonly Uint8Array[] },
  ) {
    this.jpeg = pick(options.jpegs, options.random);
    this.#redialling = new Redialling(options, (self) => this.#dial(self));
  }

  get settled(): boolean {
    const socket = this.#socket;
    return socket?.readyState === socket?.OPEN && socket?.bufferedAmount === 0;
  }

  difference(shown: FrameStore | undefined): string | undefined {
    return difference(shown?.since(0)[0]?.bytes, this.jpeg);
  }

  crash(): void {
    this.#socket?.terminate();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#redialling.close();
  }

  #dial(redialling: Redialling): () => void {
    const { port, room, token } = this.options;
    const headers = { authorization: `Bearer ${token}` };
    const { socket } = new Client(port, `/ws/producer?room=${room}`, { plain: true, headers });
    socket.on("open", () => {
      redialling.proven();
      socket.send(this.jpeg);
    });
    socket.on("close", (code) => redialling.lost(code));
    this.#socket = socket;
    return () => socket.terminate();
  }

  #tick(): void {
    const socket = this.#socket;
    if (!this.moving || socket?.readyState !== socket?.OPEN) return;
    this.jpeg = pick(this.options.jpegs, this.options.random);
    socket?.send(this.jpeg);
  }
}

function watch(
  options: PlainMemberOptions,
  dial: (self: Redialling, show: (picture: Uint8Array) => void) => () => void,
): PlainWatcher {
  let picture: Uint8Array | undefined;
  const show = (shown: Uint8Array) => {
    picture = shown;
  };
  const redialling = new Redialling(options, (self) => dial(self, show));
  return {
    get picture() {
      return picture;
    },
    close: () => redialling.close(),
  };
}

export function watchPlainly(options: PlainMemberOptions): PlainWatcher {
  const { port, room, token } = options;
  return watch(options, (self, show) => {
    const path = `/ws/viewer?room=${room}&token=${token}`;
    const { socket } = new Client(port, path, { plain: true });
    socket.on("message", (data: Buffer, isBinary) => {
      self.proven();
      if (isBinary) show(data);
    });
    socket.on("close", (code) => self.lost(code));
    return () => socket.terminate();
  });
}

export function watchStream(options: PlainMemberOptions): PlainWatcher {
  const { port, room, token, onProblem } = options;
  return watch(options, (self, show) => {
    const url = `http://localhost:${port}/stream.mjpeg?room=${room}&token=${token}`;
    const request = get(url, { agent: false }, (response) => {
      if (response.statusCode !== 200) onProblem(`a stream was refused: ${response.statusCode}`);
      self.proven();
      response.on("data", partsReader(show));
      response.on("error", () => undefined);
      response.on("close", () => self.lost());
    });
    request.on("error", () => self.lost());
    return () => request.destroy();
  });
}

/** Reads a multipart/x-mixed-replace body (RFC 2046 §5.1) whose parts have a length. */
function partsReader(onPart: (part: Buffer) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const head = PART_LENGTH.exec(pending.subarray(0, MAX_HEAD_BYTES).toString("latin1"));
      if (!head && pending.length > MAX_HEAD_BYTES) {
        throw new Error("a part of the stream has no length");
      }
      const start = head ? head.index + head[0].length : 0;
      const end = start + Number(head?.[1]);
      if (!(pending.length >= end)) return;
      onPart(pending.subarray(start, end));
      pending = pending.subarray(end);
    }
  };
}
