/** A response that goes on until either side ends it. The adapters write the bytes. */
import type { StreamSink } from "../core/mjpeg-viewer.ts";
import type { HttpStream, StreamSource } from "../http/reply.ts";

export interface StreamResponseOptions {
  /** Called with the bytes of each part. */
  readonly wrote: (bytes: number) => void;
  /** Called once, when either side has ended the stream. */
  readonly ended: (source: StreamSource) => void;
}

export class StreamResponse implements StreamSink {
  #open = true;
  #source: StreamSource | undefined;

  /** @param response what the library does; none of it is called after the end */
  constructor(
    private readonly response: StreamSink,
    private readonly options: StreamResponseOptions,
  ) {}

  get open(): boolean {
    return this.#open;
  }

  begin(reply: HttpStream): void {
    this.#source = reply.begin(this);
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#open) return false;
    this.options.wrote(bytes.length);
    return this.response.write(bytes);
  }

  end(): void {
    if (!this.#open) return;
    this.response.end();
    this.#over();
  }

  drop(): void {
    if (!this.#open) return;
    this.#over();
    this.response.drop();
  }

  /** The socket has sent everything that it had buffered. */
  drained(): void {
    if (this.#open) this.#source?.drained();
  }

  /** The client has disconnected. */
  lost(): void {
    if (!this.#open) return;
    this.#source?.ended();
    this.#over();
  }

  #over(): void {
    this.#open = false;
    if (this.#source) this.options.ended(this.#source);
  }
}
