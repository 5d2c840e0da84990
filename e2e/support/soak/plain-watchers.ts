/** Viewers of whole pictures that stay: a plain viewer, and a reader of the MJPEG stream. Both reconnect by themselves. */
import { get } from "node:http";
import { Backoff, closeMeaning } from "@screen-share/protocol";
import WebSocket from "ws";
import { MjpegReader } from "./mjpeg-reader.ts";

const BACKOFF = { firstMs: 1000, maxMs: 4000 } as const;

export interface PlainWatcherOptions {
  readonly port: number;
  readonly room: string;
  readonly token: string;
  readonly random: () => number;
  readonly onProblem: (problem: string) => void;
}

/** A client and the last whole picture that it has received. */
export interface PlainWatcher {
  readonly picture: Uint8Array | undefined;
  close(): void;
}

/** Dials again after each loss until `end`. */
class Returning {
  readonly #backoff = new Backoff(BACKOFF);
  #retry: ReturnType<typeof setTimeout> | undefined;
  over = false;

  constructor(
    private readonly random: () => number,
    private readonly dial: () => void,
  ) {}

  welcomed(): void {
    this.#backoff.reset();
  }

  lost(): void {
    if (this.over) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(this.dial, this.#backoff.nextMs(this.random()));
  }

  end(): void {
    this.over = true;
    clearTimeout(this.#retry);
  }
}

export function watchPlainly(options: PlainWatcherOptions): PlainWatcher {
  const { port, room, token, random, onProblem } = options;
  let socket: WebSocket;
  let picture: Uint8Array | undefined;
  const returning = new Returning(random, dial);
  function dial(): void {
    socket = new WebSocket(`ws://localhost:${port}/ws/viewer?room=${room}&token=${token}`, {
      perMessageDeflate: false,
    });
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      returning.welcomed();
      if (isBinary) picture = data;
    });
    socket.on("close", (code) => {
      if (!returning.over && !closeMeaning(code).retryable) {
        onProblem(`a plain viewer of ${room} was closed for good with ${code}`);
      } else returning.lost();
    });
  }
  dial();
  return {
    get picture() {
      return picture;
    },
    close: () => {
      returning.end();
      socket.terminate();
    },
  };
}

export function watchStream(options: PlainWatcherOptions): PlainWatcher {
  const { port, room, token, random, onProblem } = options;
  let request: ReturnType<typeof get>;
  let reader = new MjpegReader();
  const returning = new Returning(random, dial);
  function dial(): void {
    const url = `http://localhost:${port}/stream.mjpeg?room=${room}&token=${token}`;
    request = get(url, { agent: false }, (response) => {
      if (response.statusCode !== 200) onProblem(`a stream was refused: ${response.statusCode}`);
      returning.welcomed();
      reader = new MjpegReader();
      response.on("data", (chunk: Buffer) => reader.read(chunk));
      response.on("error", () => undefined);
      response.on("close", () => returning.lost());
    });
    request.on("error", () => returning.lost());
  }
  dial();
  return {
    get picture() {
      return reader.picture;
    },
    close: () => {
      returning.end();
      request.destroy();
    },
  };
}
