/** A socket that can be made to refuse, and keeps everything that was sent. */
import {
  decodeUpdate,
  parseToViewerMessage,
  type SendOutcome,
  type Update,
} from "@screen-share/protocol";
import type { StreamSink } from "../src/core/mjpeg-viewer.ts";
import type { Peer } from "../src/core/peer.ts";

export class FakePeer implements Peer {
  /** What the next sends and pings are answered with. */
  outcome: SendOutcome = "sent";
  readonly sent: (Uint8Array | string)[] = [];
  readonly pings: string[] = [];
  heldBytes = 0;
  closed: { code: number; reason: string } | undefined;

  send(message: Uint8Array | string): SendOutcome {
    return this.#keep(this.sent, message);
  }

  ping(payload: string): SendOutcome {
    return this.#keep(this.pings, payload);
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  get binary(): Uint8Array[] {
    return this.sent.filter((message) => typeof message !== "string");
  }

  get text(): string[] {
    return this.sent.filter((message) => typeof message === "string");
  }

  get updates(): Update[] {
    return this.binary.map(decodeUpdate);
  }

  control(type: string) {
    return this.text.map(parseToViewerMessage).filter((message) => message?.type === type);
  }

  #keep<T>(list: T[], message: T): SendOutcome {
    if (this.closed) return "dropped";
    if (this.outcome !== "dropped") list.push(message);
    return this.outcome;
  }
}

/** The response of an MJPEG stream. */
export class FakeSink implements StreamSink {
  /** What the next writes are answered with. */
  writable = true;
  readonly written: Uint8Array[] = [];
  ended = false;
  dropped = false;

  write(bytes: Uint8Array): boolean {
    if (this.ended) return false;
    this.written.push(bytes);
    return this.writable;
  }

  end(): void {
    this.ended = true;
  }

  drop(): void {
    this.ended = true;
    this.dropped = true;
  }
}
