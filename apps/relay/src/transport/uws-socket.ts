/** A socket of uWebSockets.js. One that may hold part of a large message is sometimes closed without a handshake. */
import { CLOSE, type ProtocolError } from "@screen-share/protocol";
import type * as uWS from "@uwsjs/core";
import type { LargeMessages, LargeSender } from "./large-messages.ts";
import { UNFINISHED } from "./limits.ts";
import type { FragmentPlace, LibrarySocket } from "./socket-peer.ts";
import type { WebSocketEvents } from "./web-sockets.ts";

export class UwsSocket implements LibrarySocket, LargeSender {
  heardAt: number;
  #events: WebSocketEvents | undefined;
  #refused = false;

  constructor(
    private readonly socket: uWS.WebSocket<unknown>,
    private readonly large: LargeMessages | undefined,
    private readonly now: () => number,
  ) {
    this.heardAt = now();
  }

  /** @returns why the connection may not stay, if so */
  report(events: WebSocketEvents): ProtocolError | undefined {
    this.#events = events;
    const refusal = this.large?.enter(this, this.heardAt);
    this.#refused = refusal !== undefined;
    return refusal;
  }

  get admitted(): boolean {
    return this.#events?.admitted ?? false;
  }

  /** A whole message has arrived. */
  finished(): void {
    this.heardAt = this.now();
  }

  closed(): void {
    this.large?.leave(this);
  }

  send(message: Uint8Array | string, isBinary: boolean): number {
    return this.socket.send(message, isBinary, false);
  }

  sendFragment(fragment: Uint8Array, place: FragmentPlace): number {
    if (place === "first") return this.socket.sendFirstFragment(fragment, true, false);
    if (place === "last") return this.socket.sendLastFragment(fragment, false);
    return this.socket.sendFragment(fragment, false);
  }

  ping(payload: string): number {
    return this.socket.ping(payload);
  }

  getBufferedAmount(): number {
    return this.socket.getBufferedAmount();
  }

  end(code: number, reason: string): void {
    const graceful = this.#refused || !this.large || this.large.mayLinger(this, this.now());
    if (graceful) this.socket.end(code, reason);
    else this.socket.close();
  }

  drop(): void {
    this.#events?.breaking(CLOSE.full, UNFINISHED);
    this.socket.close();
  }
}
