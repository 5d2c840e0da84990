/** The metrics of a real relay, as Prometheus reads them. */
import { once } from "node:events";
import http from "node:http";
import {
  decodeUpdate,
  encodeAck,
  encodeControl,
  encodeUpdate,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import { encodeWhole, screenLike } from "@screen-share/protocol/testing";
import { connect } from "@screen-share/protocol/testing/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveRelay, get as request } from "../../test/live-relay.ts";
import { PRODUCER_ID, picturePair } from "../../test/participants.ts";
import { handMade, SECRET } from "../../test/tokens.ts";
import type { RunningRelay } from "../relay.ts";

const { stream, first, second } = picturePair();
const times = { capturedAt: 5, encodedAt: 6, relayedAt: 0 };
const none = Buffer.alloc(0);
const SECRET_ROOM = "quarterly-figures";

let relay: RunningRelay;
beforeAll(async () => {
  relay = await liveRelay({ METRICS_PORT: "0", AUTH_SECRET: SECRET });
});
afterAll(() => relay.close(1012, "test over"));

async function get(path: string, port: number, headers: Record<string, string> = {}) {
  const { status, headers: told, body } = await request({ port }, path, headers);
  return { status, type: told["content-type"], body: body.toString() };
}

const scrape = async (from: RunningRelay = relay) =>
  (await get("/metrics", from.metricsPort ?? 0)).body;

/** One value; 0 if it was never counted. @param series the beginning of its line, labels included */
async function figure(series: string): Promise<number> {
  const lines = (await scrape()).split("\n");
  const line = lines.find((text) => text.startsWith(`screen_share_${series} `));
  return Number(line?.split(" ").at(-1) ?? 0);
}

/** Waits until a metric has this value: counters change only once the relay has noticed what a client did. */
async function reaches(series: string, value: number): Promise<void> {
  await expect.poll(() => figure(series), { timeout: 5000 }).toBe(value);
}

const token = (role: "producer" | "viewer") => handMade({ role, room: SECRET_ROOM });

async function producerIn(room: string) {
  const producer = await connect(relay, "/ws/producer");
  const hello = { type: "hello", room, producerId: PRODUCER_ID } as const;
  producer.socket.send(encodeControl({ ...hello, token: token("producer") }));
  await producer.until(() => producer.text.length > 0);
  producer.socket.send(encodeControl({ type: "stream", epoch: 1, stream }));
  const update = { cut: false, epoch: 1, ...times };
  producer.socket.send(encodeUpdate({ ...update, keyframe: true, tiles: first }));
  await producer.until(() => producer.binary.length === 1);
  const send = (tiles: typeof first) =>
    producer.socket.send(encodeUpdate({ ...update, keyframe: false, tiles }));
  return { socket: producer.socket, send };
}

/** A viewer that acks each update while acks are enabled. */
async function viewerIn(room: string) {
  const client = await connect(relay, "/ws/viewer");
  let acked = 0;
  let acks = true;
  const ack = () => {
    if (!acks || client.binary.length === acked) return;
    acked = client.binary.length;
    client.socket.send(encodeAck(acked));
  };
  client.socket.on("message", ack);
  client.socket.send(encodeControl({ type: "hello", room, token: token("viewer") }));
  const setAcks = (on: boolean) => {
    acks = on;
    ack();
  };
  /** Waits until it has this picture, which may come in cuts. */
  const shows = (tiles: typeof first) =>
    client.until(() => {
      const seen = new Map<number, Uint8Array>();
      for (const message of client.binary) {
        for (const { index, bytes } of decodeUpdate(message).tiles) seen.set(index, bytes);
      }
      return tiles.every(({ index, bytes }) => Buffer.from(bytes).equals(seen.get(index) ?? none));
    });
  return { client, socket: client.socket, shows, setAcks };
}

describe("metrics", () => {
  it("count connected clients, traffic, and closed connections", async () => {
    const producer = await producerIn(SECRET_ROOM);
    const viewer = await viewerIn(SECRET_ROOM);
    await viewer.shows(first);
    producer.send(second);
    await viewer.shows(second);
    await reaches('updates_sent_total{kind="v1"}', viewer.client.binary.length);
    const drawn = () => figure('viewer_lag_seconds_count{kind="v1"}');
    // The last one is counted with the next tick.
    await expect.poll(drawn, { timeout: 5000 }).toBeGreaterThan(1);

    expect(await figure('producers{kind="v1"}')).toBe(1);
    expect(await figure('viewers{kind="v1"}')).toBe(1);
    expect(await figure('viewers{kind="mjpeg"}')).toBe(0);
    expect(await figure("viewers_hidden")).toBe(0);
    expect(await figure("rooms")).toBe(1);
    expect(await figure("update_bytes_count")).toBe(2);
    expect(await figure('joins_total{role="producer",kind="v1"}')).toBe(1);
    expect(await figure('joins_total{role="viewer",kind="v1"}')).toBe(1);
    const pictureBytes = second.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(await figure('sent_bytes_total{channel="viewer"}')).toBeGreaterThan(2 * pictureBytes);
    expect(await figure('received_bytes_total{channel="producer"}')).toBeGreaterThan(
      2 * pictureBytes,
    );
    expect(await figure("picture_memory_bytes")).toBeGreaterThan(pictureBytes);
    await expect
      .poll(() => figure('viewer_window_bytes_count{kind="v1"}'), { timeout: 5000 })
      .toBeGreaterThan(0);

    viewer.socket.send(encodeControl({ type: "visibility", visible: false }));
    await reaches("viewers_hidden", 1);
    viewer.socket.close(1000);
    producer.socket.terminate();
    await reaches('connections_closed_total{role="viewer",code="1000"}', 1);
    await reaches('connections_closed_total{role="producer",code="1006"}', 1);
    await reaches('viewers{kind="v1"}', 0);
  });

  it("count the versions that a slow viewer skipped", async () => {
    const producer = await producerIn(SECRET_ROOM);
    const viewer = await viewerIn(SECRET_ROOM);
    await viewer.shows(first);
    viewer.setAcks(false);
    const skipped = await figure("skipped_versions_total");
    const applied = await figure("update_bytes_count");
    for (let i = 0; i < 40; i++) producer.send(i % 2 ? first : second);
    await reaches("update_bytes_count", applied + 40);
    producer.send(second);
    viewer.setAcks(true);
    await viewer.shows(second);
    await expect.poll(() => figure("skipped_versions_total")).toBeGreaterThan(skipped);
    viewer.socket.terminate();
    producer.socket.terminate();
  });

  it("count refused clients by reason, for WebSockets and HTTP", async () => {
    const guest = await connect(relay, "/ws/viewer");
    guest.socket.send(encodeControl({ type: "hello", room: SECRET_ROOM }));
    expect((await guest.closed).code).toBe(4401);
    await reaches('refused_total{via="websocket",reason="unauthorized"}', 1);
    const { port } = relay;
    expect((await get(`/snapshot.jpg?room=${SECRET_ROOM}`, port)).status).toBe(401);
    await reaches('refused_total{via="http",reason="unauthorized"}', 1);
    await get("/made-up-by-a-client", port);
    await reaches('http_requests_total{path="other",status="404"}', 1);
    expect(await scrape()).not.toContain("made-up");
  });

  it("do not trust a close code that a client chose", async () => {
    const before = await figure('refused_total{via="websocket",reason="left"}');
    const guest = await connect(relay, "/ws/viewer");
    guest.socket.close(4429, "the room is full");
    await reaches('refused_total{via="websocket",reason="left"}', before + 1);
    const viewer = await viewerIn(SECRET_ROOM);
    await viewer.client.until(() => viewer.client.text.length > 0);
    viewer.socket.close(4400);
    await reaches('connections_closed_total{role="viewer",code="other"}', 1);
    expect(await scrape()).not.toMatch(/reason="full"|code="44/);
  });

  it("count clients that were refused because the room was full", async () => {
    const small = await liveRelay({ METRICS_PORT: "0", MAX_VIEWERS_PER_ROOM: "1" });
    const first = http.get({ host: "127.0.0.1", port: small.port, path: "/stream.mjpeg" });
    await once(first, "response");
    expect((await get("/stream.mjpeg", small.port)).status).toBe(503);
    expect(await scrape(small)).toContain('refused_total{via="http",reason="full"} 1');
    small.announceStop();
    await get("/readyz", small.port);
    expect(await scrape(small)).toContain('refused_total{via="http",reason="full"} 1');
    first.destroy();
    await small.close(1012, "test over");
  });

  it("count plain clients and streams by kind", async () => {
    const headers = { Authorization: `Bearer ${token("producer")}` };
    const path = `/ws/producer?room=${SECRET_ROOM}`;
    const producer = await connect(relay, path, { plain: true, headers });
    producer.socket.send(encodeWhole(screenLike({ width: 64, height: 48 }, 1)));
    await reaches('producers{kind="plain"}', 1);
    const streamPath = `/stream.mjpeg?room=${SECRET_ROOM}&token=${token("viewer")}`;
    const stream = http.get({ host: "127.0.0.1", port: relay.port, path: streamPath });
    const [response] = (await once(stream, "response")) as [http.IncomingMessage];
    await once(response, "data");
    await reaches('viewers{kind="mjpeg"}', 1);
    await reaches('updates_sent_total{kind="mjpeg"}', 1);
    expect(await figure('sent_bytes_total{channel="http"}')).toBeGreaterThan(500);
    response.destroy();
    producer.socket.terminate();
    await reaches('viewers{kind="mjpeg"}', 0);
  });

  it("name no room, no person and no token", async () => {
    const text = await scrape();
    expect(text).not.toContain(SECRET_ROOM);
    expect(text).not.toContain(PRODUCER_ID);
    expect(text).toContain('screen_share_build_info{version="0.0.0"} 1');
    expect(text).toContain("nodejs_eventloop_lag_p99_seconds");
    expect(text).toContain("process_resident_memory_bytes");
  });

  it("are served at an address of their own, and at no other path", async () => {
    const { port, metricsPort = 0 } = relay;
    expect((await get("/metrics", port)).status).toBe(404);
    const { status, type } = await get("/metrics", metricsPort);
    expect([status, type]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect((await get("/", metricsPort)).status).toBe(404);
  });

  it("are refused to a web page whose name points at this machine", async () => {
    const { metricsPort = 0 } = relay;
    const told = await get("/metrics", metricsPort, { Host: `attacker.example:${metricsPort}` });
    expect(told.status).toBe(403);
    expect((await get("/metrics", metricsPort, { Host: "localhost:9" })).status).toBe(200);
  });

  it("are disabled unless they have a port", async () => {
    const quiet = await liveRelay();
    expect(quiet.metricsPort).toBeUndefined();
    await quiet.close(1012, "test over");
  });

  it("stop a relay from starting if their port is taken, with a plain error, and free its main port", async () => {
    const taken = String(relay.metricsPort);
    const spare = await liveRelay();
    const PORT = String(spare.port);
    await spare.close(1012, "test over");
    await expect(liveRelay({ PORT, METRICS_PORT: taken })).rejects.toThrow(
      `port ${taken} of 127.0.0.1, for metrics, is taken already`,
    );
    const again = await liveRelay({ PORT });
    expect(String(again.port)).toBe(PORT);
    await again.close(1012, "test over");
  });

  it("are also refused to such pages on IPv6, and end with the relay even if a scraper stays connected", async () => {
    const other = await liveRelay({ METRICS_HOST: "::1", METRICS_PORT: "0" });
    const port = other.metricsPort ?? 0;
    const agent = new http.Agent({ keepAlive: true });
    const ask = async (host: string) => {
      const scraping = http.get({ host: "::1", port, path: "/metrics", agent, headers: { host } });
      const [response] = (await once(scraping, "response")) as [http.IncomingMessage];
      response.resume();
      await once(response, "end");
      return response.statusCode;
    };
    expect([await ask("attacker.example"), await ask(`[::1]:${port}`)]).toEqual([403, 200]);
    await other.close(1012, "test over");
    await expect(ask(`[::1]:${port}`)).rejects.toThrow();
    agent.destroy();
  });
});

describe("health", () => {
  it("reports that the relay is alive, and its version", async () => {
    const { status, body } = await get("/healthz", relay.port);
    expect([status, JSON.parse(body)]).toEqual([200, { status: "ok", version: "0.0.0" }]);
  });

  it("distinguishes being alive from accepting new clients", async () => {
    const stopping = await liveRelay();
    expect((await get("/readyz", stopping.port)).status).toBe(200);
    stopping.announceStop();
    const { status, body } = await get("/readyz", stopping.port);
    expect([status, JSON.parse(body).status]).toEqual([503, "stopping"]);
    expect((await get("/healthz", stopping.port)).status).toBe(200);
    // A client that still connects is served.
    const viewer = await connect(stopping, "/ws/viewer");
    viewer.socket.send(encodeControl({ type: "hello", room: "main" }));
    await viewer.until(() => viewer.text.some((text) => text.includes("welcome")));
    expect(viewer.socket.protocol).toBe(SUBPROTOCOL);
    await stopping.close(1012, "test over");
    expect((await viewer.closed).code).toBe(1012);
  });
});
