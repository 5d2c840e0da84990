import { describe, expect, it } from "vitest";
import { HeldBytes } from "../core/held-bytes.ts";
import { type LibrarySocket, SocketPeer } from "./socket-peer.ts";

const MB = 2 ** 20;

/** A socket that takes a limited number of bytes and copies the rest, as libraries do. */
class NarrowSocket implements LibrarySocket {
  takes = 0;
  held = 0;
  ended = "";
  readonly sent: { place: string; bytes: Uint8Array }[] = [];

  #take(bytes: Uint8Array, place: string): number {
    this.sent.push({ place, bytes: Uint8Array.from(bytes) });
    const taken = Math.min(this.takes, bytes.length);
    this.takes -= taken;
    this.held += bytes.length - taken;
    return this.held > 0 ? 0 : 1;
  }

  send(message: Uint8Array | string): number {
    return this.#take(Buffer.from(message), "whole");
  }

  sendFragment(fragment: Uint8Array, place: string): number {
    return this.#take(fragment, place);
  }

  ping(): number {
    return this.held > 0 ? 0 : 1;
  }

  getBufferedAmount(): number {
    return this.held;
  }

  end(): void {
    this.ended = "ended";
  }

  drop(): void {
    this.ended = "dropped";
  }
}

function peerOn(socket: NarrowSocket, held = new HeldBytes(1000 * MB, () => {})) {
  let delivered = 0;
  const peer = new SocketPeer(socket, held, (bytes) => (delivered += bytes));
  return { peer, held, delivered: () => delivered };
}

const message = Uint8Array.from({ length: 3 * MB + 17 }, (_, i) => i % 251);

describe("a large message", () => {
  it("reaches a slow socket in fragments, of which the library copies at most one", () => {
    const socket = new NarrowSocket();
    const { peer, held, delivered } = peerOn(socket);
    expect(peer.send(message)).toBe("buffered");
    expect(held.usedBytes).toBeGreaterThanOrEqual(message.length);
    let rounds = 0;
    for (let done = false; !done && rounds < 200; rounds++) {
      expect(socket.held).toBeLessThanOrEqual(64 * 1024);
      socket.held = 0;
      done = peer.drained();
    }
    expect(Buffer.concat(socket.sent.map(({ bytes }) => bytes)).equals(message)).toBe(true);
    const places = socket.sent.map(({ place }) => place);
    expect(places.at(0)).toBe("first");
    expect(places.at(-1)).toBe("last");
    expect(new Set(places.slice(1, -1))).toEqual(new Set(["middle"]));
    expect(held.usedBytes).toBe(0);
    expect(delivered()).toBe(message.length);
  });

  it("is sent at once if the socket takes all of it", () => {
    const socket = new NarrowSocket();
    socket.takes = 10 * MB;
    const { peer, held } = peerOn(socket);
    expect(peer.send(message)).toBe("sent");
    expect(Buffer.concat(socket.sent.map(({ bytes }) => bytes)).equals(message)).toBe(true);
    expect(held.usedBytes).toBe(0);
  });

  it("allows only pings between its fragments", () => {
    const socket = new NarrowSocket();
    const { peer } = peerOn(socket);
    peer.send(message);
    expect(peer.send("text")).toBe("dropped");
    expect(peer.ping("")).toBe("buffered");
    expect(socket.sent).toHaveLength(1);
  });

  it("is held once for all clients that are sent it", () => {
    const held = new HeldBytes(1000 * MB, () => {});
    for (let i = 0; i < 20; i++) peerOn(new NarrowSocket(), held).peer.send(message);
    expect(held.usedBytes).toBeLessThan(message.length + 20 * 64 * 1024 + 1);
  });

  it("stops once its socket is gone", () => {
    const socket = new NarrowSocket();
    const { peer, held } = peerOn(socket);
    peer.send(message);
    peer.lost();
    expect(held.usedBytes).toBe(0);
    expect(peer.drained()).toBe(true);
    expect(socket.sent).toHaveLength(1);
  });
});

describe("a client that does not read", () => {
  it("is cut off if most is held for it, even while another is being sent to", () => {
    const held = new HeldBytes(100_000, () => {});
    const [slow, other] = [new NarrowSocket(), new NarrowSocket()];
    const { peer } = peerOn(slow, held);
    peer.send(new Uint8Array(60_000));
    peerOn(other, held).peer.send(new Uint8Array(50_000));
    expect([slow.ended, other.ended]).toEqual(["dropped", ""]);
    expect(peer.closedWith?.code).toBe(4429);
    expect(peer.send("more")).toBe("dropped");
  });

  it("is cut off after the call that sends to it, not during that call", async () => {
    const socket = new NarrowSocket();
    const { peer, held } = peerOn(socket, new HeldBytes(1000, () => {}));
    peer.send(new Uint8Array(5000));
    expect(socket.ended).toBe("");
    await Promise.resolve();
    expect(socket.ended).toBe("dropped");
    expect(held.usedBytes).toBe(0);
  });
});
