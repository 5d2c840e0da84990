/** What only real sockets do: fill up, drain in pieces, and stay open while idle. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { decodeUpdate, encodeAck, encodeControl } from "@screen-share/protocol";
import { encodeWhole, screenLike } from "@screen-share/protocol/testing";
import { type Client, connect } from "@screen-share/protocol/testing/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningRelay } from "../src/relay.ts";
import { liveRelay } from "./live-relay.ts";
import { dechunked } from "./mjpeg-stream.ts";

const jpeg = Buffer.from(encodeWhole(screenLike({ width: 320, height: 200 })));

let relay: RunningRelay;
beforeAll(async () => {
  relay = await liveRelay();
});
afterAll(() => relay.close(1012, "test over"));

async function viewerIn(room: string): Promise<Client> {
  const viewer = await connect(relay, "/ws/viewer");
  viewer.socket.send(encodeControl({ type: "hello", room }));
  return viewer;
}

describe("a picture that is larger than any socket's buffers", () => {
  const size = { width: 2000, height: 1500 };
  const noise = randomBytes(size.width * size.height * 4);
  const large = Buffer.from(encodeWhole({ ...size, data: noise }, 100));

  it("reaches an MJPEG client completely, followed only by the newest one", async () => {
    expect(large.length).toBeGreaterThan(6_000_000);
    const producer = await connect(relay, "/ws/producer?room=large", { plain: true });
    producer.socket.send(large);
    const socket = net.connect(relay.port, "127.0.0.1");
    socket.write(`GET /stream.mjpeg?room=large HTTP/1.1\r\nHost: localhost:${relay.port}\r\n\r\n`);
    await once(socket, "readable");
    // Nothing is read while five more are sent, the last of them small.
    for (let i = 0; i < 5; i++) producer.socket.send(large);
    producer.socket.send(jpeg);
    const seen = await connect(relay, "/ws/viewer?room=large", { plain: true });
    await seen.until(() => seen.binary.at(-1)?.length === jpeg.length);
    const pieces: Buffer[] = [];
    socket.on("data", (piece: Buffer) => pieces.push(piece));
    // The head of the small one arrives in a piece of its own, or with the bytes before it.
    const newest = () => Buffer.concat(pieces.slice(-3)).includes(`Length: ${jpeg.length}\r\n`);
    while (!newest()) await once(socket, "data");
    const text = dechunked(Buffer.concat(pieces)).toString("latin1");
    const lengths = [...text.matchAll(/Content-Length: (\d+)/g)].map(([, length]) =>
      Number(length),
    );
    // It is repeated at intervals (P-66).
    expect([lengths[0], ...new Set(lengths.slice(1))]).toEqual([large.length, jpeg.length]);
    expect(text).toContain(large.toString("latin1"));
    socket.destroy();
  });

  it("is held only once for a viewer that reads nothing but sends acks", async () => {
    const producer = await connect(relay, "/ws/producer?room=stuck-large", { plain: true });
    const liar = await viewerIn("stuck-large");
    const honest = await connect(relay, "/ws/viewer?room=stuck-large", { plain: true });
    producer.socket.send(jpeg);
    await liar.until(() => liar.binary.length === 1);
    liar.socket.pause();
    for (let i = 1; i <= 8; i++) {
      // The first ack is true and the second false. While the socket is behind, it gains nothing.
      if (i <= 2) liar.socket.send(encodeAck(i));
      // A JPEG may have bytes after its end, which distinguish these.
      producer.socket.send(Buffer.concat([large, Buffer.of(i)]));
      await honest.until(() => honest.binary.length === i + 1);
    }
    liar.socket.resume();
    await liar.until(() => liar.binary.length === 3);
    const marks = liar.binary.map((message) => decodeUpdate(message).tiles[0]?.bytes.at(-1));
    expect(marks.slice(1)).toEqual([1, 8]);
  });
});

describe("an idle MJPEG stream", () => {
  it("stays open as long as its client wants, even before the first picture", async () => {
    const producer = await connect(relay, "/ws/producer?room=idle", { plain: true });
    producer.socket.send(jpeg);
    const sockets = ["idle", "empty"].map((room) => {
      const socket = net.connect(relay.port, "127.0.0.1").resume();
      const head = `GET /stream.mjpeg?room=${room} HTTP/1.1\r\nHost: localhost:${relay.port}`;
      socket.write(`${head}\r\n\r\n`);
      return socket;
    });
    // Longer than the library's own request timeout, 10 s.
    await new Promise((resolve) => setTimeout(resolve, 14_000));
    for (const socket of sockets) {
      expect(socket.bytesRead).toBeGreaterThan(0);
      expect(socket.readyState).toBe("open");
      socket.destroy();
    }
  });
});
