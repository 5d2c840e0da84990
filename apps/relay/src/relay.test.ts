import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { gunzipSync } from "node:zlib";
import {
  decodeAck,
  decodeUpdate,
  encodeAck,
  encodeControl,
  encodeUpdate,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import { encodeWhole, screenLike } from "@screen-share/protocol/testing";
import { type Client, connect } from "@screen-share/protocol/testing/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveRelay } from "../test/live-relay.ts";
import { PRODUCER_ID, picturePair } from "../test/participants.ts";
import type { RunningRelay } from "./relay.ts";

const { stream, first, second } = picturePair();
const jpeg = Buffer.from(encodeWhole(screenLike({ width: 320, height: 200 })));
const times = { capturedAt: 5, encodedAt: 6, relayedAt: 0 };

let relay: RunningRelay;
beforeAll(async () => {
  relay = await liveRelay();
});
afterAll(() => relay.close(1012, "test over"));

async function producerIn(room: string, from: RunningRelay = relay): Promise<Client> {
  const producer = await connect(from, "/ws/producer");
  producer.socket.send(encodeControl({ type: "hello", room, producerId: PRODUCER_ID }));
  producer.socket.send(encodeControl({ type: "stream", epoch: 1, stream }));
  producer.socket.send(
    encodeUpdate({ keyframe: true, cut: false, epoch: 1, ...times, tiles: first }),
  );
  await producer.until(() => producer.binary.length === 1);
  return producer;
}

async function viewerIn(room: string, from: RunningRelay = relay): Promise<Client> {
  const viewer = await connect(from, "/ws/viewer");
  viewer.socket.send(encodeControl({ type: "hello", room }));
  return viewer;
}

function get(path: string, headers: Record<string, string> = {}, method = "GET") {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>(
    (resolve, reject) => {
      const options = { host: "127.0.0.1", port: relay.port, path, headers, method };
      const request = http.request(options, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks) });
      });
      request.on("error", reject).end();
    },
  );
}

/** A port that the system picks, to be configured as a person would. */
async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe("over real sockets", () => {
  it("an update is acked and reaches a viewer", async () => {
    const producer = await producerIn("one");
    expect(decodeAck(producer.binary[0] ?? jpeg)).toBe(1);
    const viewer = await viewerIn("one");
    await viewer.until(() => viewer.binary.length === 1);
    expect(decodeUpdate(viewer.binary[0] ?? jpeg).tiles).toHaveLength(first.length);
    viewer.socket.send(encodeAck(1));
    const update = { keyframe: false, cut: false, epoch: 1, ...times, tiles: second.slice(2, 3) };
    producer.socket.send(encodeUpdate(update));
    await viewer.until(() => viewer.binary.length === 2);
    const got = decodeUpdate(viewer.binary[1] ?? jpeg);
    expect(got).toMatchObject({ capturedAt: 5, encodedAt: 6, tiles: [{ index: 2 }] });
    expect(got.relayedAt).toBeGreaterThan(Date.now() - 60_000);
    expect(viewer.socket.protocol).toBe(SUBPROTOCOL);
  });

  it("kept bytes are copies, so a picture survives later traffic", async () => {
    const producer = await producerIn("copies");
    for (let i = 0; i < 200; i++) {
      const noise = { keyframe: false, cut: false, epoch: 1, ...times, tiles: second.slice(3, 4) };
      producer.socket.send(encodeUpdate(noise));
    }
    await producer.until(() => decodeAck(producer.binary.at(-1) ?? jpeg) === 201);
    const viewer = await viewerIn("copies");
    await viewer.until(() => viewer.binary.length === 1);
    const { tiles } = decodeUpdate(viewer.binary[0] ?? jpeg);
    const expected = [...first.slice(0, 3), ...second.slice(3, 4), ...first.slice(4)];
    for (const [i, { bytes }] of tiles.entries()) {
      expect(Buffer.from(bytes).equals(expected[i]?.bytes ?? jpeg)).toBe(true);
    }
  });

  it("a plain client of a dozen lines works as before v1", async () => {
    const viewer = await connect(relay, "/ws/viewer?room=plain", { plain: true });
    await viewer.until(() => viewer.text.includes("producer:disconnected"));
    const producer = await connect(relay, "/ws/producer?room=plain", { plain: true });
    producer.socket.send(jpeg);
    await viewer.until(() => viewer.binary.length === 1);
    expect(viewer.binary[0]?.equals(jpeg)).toBe(true);
    const second = await connect(relay, "/ws/producer?room=plain", { plain: true });
    expect(await second.closed).toMatchObject({ code: 4000 });
    producer.socket.terminate();
    await viewer.until(() => viewer.text.length === 3);
    expect(viewer.text).toEqual([
      "producer:disconnected",
      "producer:connected",
      "producer:disconnected",
    ]);
  });

  it("a viewer that has stopped reading delays no other client", async () => {
    const producer = await producerIn("stuck");
    const stuck = await viewerIn("stuck");
    await stuck.until(() => stuck.binary.length === 1);
    stuck.socket.pause();
    stuck.socket.send(encodeAck(1));
    const viewer = await viewerIn("stuck");
    for (let i = 1; i <= 50; i++) {
      await viewer.until(() => viewer.binary.length === i);
      viewer.socket.send(encodeAck(i));
      const tiles = i % 2 ? second : first;
      producer.socket.send(
        encodeUpdate({ keyframe: false, cut: false, epoch: 1, ...times, tiles }),
      );
    }
    await viewer.until(() => viewer.binary.length === 51);
    stuck.socket.resume();
    stuck.socket.on("message", () => stuck.socket.send(encodeAck(stuck.binary.length)));
    const shown = () => {
      const tiles = new Map<number, Uint8Array>();
      for (const message of stuck.binary) {
        for (const { index, bytes } of decodeUpdate(message).tiles) tiles.set(index, bytes);
      }
      return first.every(({ index, bytes }) => Buffer.from(bytes).equals(tiles.get(index) ?? jpeg));
    };
    await stuck.until(shown);
    expect(stuck.binary.length).toBeLessThan(51);
  });

  it("an invalid message closes only its sender (4400)", async () => {
    const producer = await producerIn("nonsense");
    const viewer = await viewerIn("nonsense");
    await viewer.until(() => viewer.binary.length === 1);
    const fool = await viewerIn("nonsense");
    fool.socket.send("{");
    expect(await fool.closed).toMatchObject({
      code: 4400,
      reason: "a control message is not JSON",
    });
    const wide = await viewerIn("nonsense");
    wide.socket.send("x".repeat(5000));
    expect(await wide.closed).toMatchObject({ code: 4413 });
    viewer.socket.send(encodeAck(1));
    producer.socket.send(
      encodeUpdate({ keyframe: false, cut: false, epoch: 1, ...times, tiles: second }),
    );
    await viewer.until(() => viewer.binary.length === 2);
  });

  it("clients are closed with 1012 when the relay stops, and the port is free again", async () => {
    const short = await liveRelay({ PORT: String(await freePort()) });
    const viewer = await viewerIn("main", short);
    await viewer.until(() => viewer.text.length > 0);
    await short.close(1012, "the relay is restarting");
    expect(await viewer.closed).toMatchObject({ code: 1012 });
    const again = await liveRelay({ PORT: String(short.port) });
    await again.close(1012, "");
  });

  it("a busy port is an error in plain words", async () => {
    const busy = liveRelay({ PORT: String(relay.port) });
    await expect(busy).rejects.toThrow(`port ${relay.port} of 127.0.0.1 is taken already`);
  });
});

describe("without a secret (P-4, P-70)", () => {
  it.each([
    [{ host: "evil.example" }],
    [{ origin: "http://evil.example" }],
    [{ origin: "null" }],
    [{ "x-forwarded-for": "1.2.3.4" }],
  ])("WebSockets of other origins are closed with 4403: %j", async (headers) => {
    for (const [path, plain] of [
      ["/ws/viewer", true],
      ["/ws/viewer", false],
      ["/ws/producer", true],
      ["/ws/producer", false],
    ] as const) {
      const client = await connect(relay, path, { plain, headers });
      expect(await client.closed).toMatchObject({ code: 4403 });
      expect(client.messages).toEqual([]);
    }
  });

  it.each(["/", "/healthz", "/snapshot.jpg", "/stream.mjpeg", "/nothing"])(
    "requests to %s under another host name are refused",
    async (path) => {
      expect((await get(path, { host: "evil.example" })).status).toBe(403);
      expect((await get(path, { forwarded: "for=1.2.3.4" })).status).toBe(403);
    },
  );
});

describe("over HTTP (P-60, P-61)", () => {
  it("a room without a picture has no snapshot, and one with a picture has", async () => {
    expect((await get("/snapshot.jpg?room=snap")).status).toBe(404);
    const producer = await connect(relay, "/ws/producer?room=snap", { plain: true });
    const viewer = await connect(relay, "/ws/viewer?room=snap", { plain: true });
    producer.socket.send(jpeg);
    await viewer.until(() => viewer.binary.length === 1);
    const { status, headers, body } = await get("/snapshot.jpg?room=snap");
    expect(status).toBe(200);
    expect(body.equals(jpeg)).toBe(true);
    expect(headers).toMatchObject({
      "content-type": "image/jpeg",
      "cache-control": "private, no-cache",
      "cross-origin-resource-policy": "same-origin",
      "x-producer-state": "live",
    });
    expect((await get("/snapshot.jpg?room=snap", {}, "HEAD")).body).toHaveLength(0);
    const embedded = await get("/snapshot.jpg?room=snap", { "sec-fetch-site": "cross-site" });
    expect(embedded.status).toBe(403);
  });

  it("an MJPEG stream receives every picture that it can take, and continues with a new producer", async () => {
    const request = http.get({
      host: "127.0.0.1",
      port: relay.port,
      path: "/stream.mjpeg?room=mjpeg",
    });
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    expect(response.headers["content-type"]).toBe("multipart/x-mixed-replace; boundary=picture");
    const parts: Buffer[] = [];
    const text = () => Buffer.concat(parts).toString("latin1");
    response.on("data", (chunk: Buffer) => parts.push(chunk));
    response.on("error", () => undefined);
    for (let i = 1; i <= 3; i++) {
      const producer = await connect(relay, "/ws/producer?room=mjpeg", { plain: true });
      producer.socket.send(jpeg);
      while (text().split("--picture\r\n").length < i + 2) await once(response, "data");
      producer.socket.close();
      await producer.closed;
    }
    expect(text().split(`Content-Length: ${jpeg.length}`)).toHaveLength(4);
    request.destroy();
  });

  it("other paths are 404, other methods 405, bad rooms 400", async () => {
    expect((await get("/nothing")).status).toBe(404);
    expect((await get("/healthz", {}, "POST")).status).toBe(405);
    expect((await get("/snapshot.jpg?room=a/b")).status).toBe(400);
    expect((await get("/healthz")).body.toString()).toContain('"status":"ok"');
  });

  it("the viewer's files are served compressed and with validators", async () => {
    const { loadStaticFiles } = await import("./http/static.ts");
    const folder = new URL("./http", import.meta.url).pathname;
    const server = await liveRelay({}, await loadStaticFiles(folder));
    const own = relay;
    relay = server;
    const plain = await get("/router.ts");
    const packed = await get("/router.ts", { "accept-encoding": "gzip, br" });
    const unpacked = await get("/router.ts", { "accept-encoding": "gzip;q=0, br" });
    const again = await get("/router.ts", { "if-none-match": String(plain.headers.etag) });
    const tricks = [
      "/../config.ts",
      "/%2e%2e/config.ts",
      "/%2e%2e%2fconfig.ts",
      "/%E0%A4%A",
      "//router.ts",
    ];
    const tricked = await Promise.all(tricks.map(async (path) => (await get(path)).status));
    relay = own;
    await server.close(1012, "");
    expect(plain.body.toString()).toContain("export function route");
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    expect(unpacked.headers["content-encoding"]).toBeUndefined();
    expect(again.status).toBe(304);
    expect(tricked).toEqual(tricks.map(() => 404));
  });
});
