/** Clients that request pictures and do not read them: they get everything once they do, and the relay holds little for them until then. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@screen-share/protocol/testing/client";
import { RawSocket } from "@screen-share/protocol/testing/raw-socket";
import pino from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { parseConfig } from "../src/config.ts";
import { type RunningRelay, startRelay } from "../src/relay.ts";
import { get } from "./live-relay.ts";
import { dechunked } from "./mjpeg-stream.ts";
import { wholeJpeg } from "./participants.ts";

const MB = 2 ** 20;

let relay: RunningRelay | undefined;
afterEach(() => relay?.close(1012, "test over"));

async function relayThatHolds(maxHeldBytes: number, transport: string): Promise<RunningRelay> {
  const config = { ...parseConfig({ PORT: "0", TRANSPORT: transport }), maxHeldBytes };
  const log = pino({ level: "silent" });
  relay = await startRelay(config, { files: new Map(), version: "0.0.0", log });
  return relay;
}

/** A JPEG of any size: it carries metadata that decoders ignore. */
function largeJpeg(bytes: number): Buffer {
  const jpeg = Buffer.from(wholeJpeg(1));
  const segments: Buffer[] = [];
  for (let length = 0; length < bytes; length += 65_000) {
    segments.push(Buffer.of(0xff, 0xe2, 65_002 >> 8, 65_002 & 0xff), randomBytes(65_000));
  }
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

async function producing(to: RunningRelay, jpeg: Buffer): Promise<void> {
  const producer = await connect(to, "/ws/producer", { plain: true });
  producer.socket.send(jpeg);
  while ((await get(to, "/healthz")).status === 200) {
    const { status } = await get(to, "/snapshot.jpg");
    if (status === 200) return;
  }
}

async function pausedStream(to: RunningRelay): Promise<RawSocket> {
  const raw = await RawSocket.open(to.port);
  raw.socket.pause();
  raw.write(`GET /stream.mjpeg HTTP/1.1\r\nHost: localhost:${to.port}\r\n\r\n`);
  return raw;
}

describe.each(["auto", "ws"])("on the transport %s,", (transport) => {
  it("a plain viewer that starts to read late receives a large picture completely", async () => {
    const to = await relayThatHolds(64 * MB, transport);
    const jpeg = largeJpeg(12 * MB);
    await producing(to, jpeg);
    const viewer = await connect(to, "/ws/viewer", { plain: true });
    viewer.socket.pause();
    await sleep(300);
    viewer.socket.resume();
    await viewer.until(() => viewer.binary.length > 0);
    expect(viewer.binary[0]?.equals(jpeg)).toBe(true);
  });

  it("a stream whose client starts to read late contains the picture completely, and little else", async () => {
    const to = await relayThatHolds(64 * MB, transport);
    const jpeg = largeJpeg(12 * MB);
    await producing(to, jpeg);
    const raw = await pausedStream(to);
    await sleep(300);
    raw.socket.resume();
    await raw.until(() => raw.bytes.length > jpeg.length + 2000);
    const body = dechunked(raw.bytes);
    const head = `--picture\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
    expect(body.subarray(0, head.length).toString("latin1")).toBe(head);
    expect(body.subarray(head.length, head.length + jpeg.length).equals(jpeg)).toBe(true);
    expect(body.toString("latin1").split("X-Filler").length).toBeLessThan(3);
    raw.destroy();
  });

  it("unread streams of different pictures are cut off once too much is held, and other viewers see the newest", async () => {
    const to = await relayThatHolds(30 * MB, transport);
    const producer = await connect(to, "/ws/producer", { plain: true });
    const stuck: RawSocket[] = [];
    for (let i = 0; i < 5; i++) {
      const jpeg = largeJpeg(12 * MB);
      producer.socket.send(jpeg);
      while (!(await get(to, "/snapshot.jpg")).body.equals(jpeg)) await sleep(10);
      stuck.push(await pausedStream(to));
      await sleep(100);
    }
    const ends = stuck.map((raw) => {
      // A paused socket does not report its end. What it receives until then does not matter.
      raw.socket.removeAllListeners("data").resume();
      return raw.closed;
    });
    await Promise.race(ends);
    expect((await get(to, "/snapshot.jpg")).status).toBe(200);
  });
});
