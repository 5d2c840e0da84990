/** A response that continues until either side ends it. The adapters write the bytes. */
import type { StreamSink } from "../core/mjpeg-viewer.ts";
import type { HttpRequest, HttpStream, StreamSource } from "../http/reply.ts";
import type { ServerOptions } from "./transport.ts";

export class StreamResponse implements StreamSink {
  #open = true;
  #source: StreamSource | undefined;

  /** @param response what the library does; none of it is called after the end */
  constructor(
    private readonly request: HttpRequest,
    private readonly response: StreamSink,
    private readonly options: Pick<ServerOptions, "traffic" | "streamed">,
  ) {}

  get open(): boolean {
    return this.#open;
  }

  begin(reply: HttpStream): void {
    this.#source = reply.begin(this);
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#open) return false;
    this.options.traffic?.delivered("http", bytes.length);
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
    if (this.#source) this.options.streamed(this.request, this.#source);
  }
}
