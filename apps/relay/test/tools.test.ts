/** Pictures over real sockets, for other programs: conditional requests, pages of other sites, pace, and the log. */
import { once } from "node:events";
import http from "node:http";
import { Writable } from "node:stream";
import { encodeWhole, screenLike } from "@screen-share/protocol/testing";
import { type Client, connect } from "@screen-share/protocol/testing/client";
import { RawSocket } from "@screen-share/protocol/testing/raw-socket";
import pino from "pino";
import { afterEach, describe, expect, it } from "vitest";
import type { RunningRelay } from "../src/relay.ts";
import { get, liveRelay } from "./live-relay.ts";
import { handMade, SECRET } from "./tokens.ts";

const jpegs = [1, 2, 3].map((seed) =>
  Buffer.from(encodeWhole(screenLike({ width: 320, height: 200 }, seed))),
);
const [one = Buffer.of(), two = Buffer.of(), three = Buffer.of()] = jpegs;
const GUARDED = { AUTH_SECRET: SECRET };
const bearer = { authorization: `Bearer ${handMade()}` };

const endings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(
  env: Record<string, string> = {},
  lines: string[] = [],
): Promise<RunningRelay> {
  const write: ConstructorParameters<typeof Writable>[0] = {
    write: (chunk: Buffer, _, done) => {
      lines.push(chunk.toString());
      done();
    },
  };
  const relay = await liveRelay(env, new Map(), pino({ level: "info" }, new Writable(write)));
  endings.push(() => relay.close(1012, "test over"));
  return relay;
}

/** A plain producer of `main` that has sent this picture. */
async function sharing(relay: RunningRelay, jpeg: Buffer): Promise<Client> {
  const token = handMade({ role: "producer" });
  const path = `/ws/producer?token=${token}`;
  const producer = await connect(relay, path, { plain: true });
  await show(relay, producer, jpeg);
  return producer;
}

/** Resolves once the relay has it. */
async function show(relay: RunningRelay, producer: Client, jpeg: Buffer): Promise<void> {
  producer.socket.send(jpeg);
  const path = `/ws/viewer?token=${handMade()}`;
  const viewer = await connect(relay, path, { plain: true });
  await viewer.until(() => viewer.binary.some((shown) => shown.equals(jpeg)));
  viewer.socket.terminate();
}

async function openStream(relay: RunningRelay, query: string) {
  const path = `/stream.mjpeg?${query}`;
  const request = http.get({ host: "127.0.0.1", port: relay.port, path, agent: false });
  endings.push(() => request.destroy());
  request.on("error", () => undefined);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("error", () => undefined);
  const has = (jpeg: Buffer) => Buffer.concat(chunks).includes(jpeg);
  return {
    request,
    response,
    until: async (jpeg: Buffer) => {
      while (!has(jpeg)) await once(response, "data");
    },
    has,
  };
}

describe("a snapshot that a client has already (P-61)", () => {
  it("is 304 without a body, for GET and HEAD, until the picture changes", async () => {
    const relay = await start();
    const producer = await sharing(relay, one);
    const fresh = await get(relay, "/snapshot.jpg");
    expect(fresh.body.equals(one)).toBe(true);
    const etag = String(fresh.headers.etag);
    const known = { "if-none-match": `"other", W/${etag}` };
    for (const method of ["GET", "HEAD"]) {
      const again = await get(relay, "/snapshot.jpg", known, method);
      expect(again).toMatchObject({
        status: 304,
        headers: {
          etag,
          "cache-control": "private, no-cache",
          "x-producer-state": "live",
          "cross-origin-resource-policy": "same-origin",
        },
      });
      expect(again.body).toHaveLength(0);
      // RFC 9110 §8.6: the length of the 200, if any.
      expect(again.headers["content-length"]).toBe(String(one.length));
      expect(again.headers).not.toHaveProperty("content-type");
    }
    await show(relay, producer, two);
    const changed = await get(relay, "/snapshot.jpg", known);
    expect(changed.status).toBe(200);
    expect(changed.body.equals(two)).toBe(true);
    const head = await get(relay, "/snapshot.jpg", {}, "HEAD");
    expect(head.headers).toMatchObject({
      etag: changed.headers.etag,
      "content-length": String(two.length),
    });
  });

  it("ends with its headers, so that no proxy waits for more", async () => {
    const relay = await start();
    await sharing(relay, one);
    const raw = await RawSocket.open(relay.port);
    const host = `Host: localhost:${relay.port}`;
    raw.write(`GET /snapshot.jpg HTTP/1.1\r\n${host}\r\nIf-None-Match: *\r\n\r\n`);
    await raw.until(() => raw.text.includes("\r\n\r\n"));
    // Anything else would have arrived before the reply to another request.
    await get(relay, "/healthz");
    expect(raw.text).toMatch(/^HTTP\/1\.1 304 Not Modified\r\n/);
    expect(raw.text.indexOf("\r\n\r\n")).toBe(raw.text.length - 4);
    expect(raw.text.toLowerCase()).not.toContain("transfer-encoding");
    raw.destroy();
  });

  it("requires admission: an ETag is no token", async () => {
    const relay = await start(GUARDED);
    await sharing(relay, one);
    const { headers } = await get(relay, "/snapshot.jpg", bearer);
    const known = { "if-none-match": String(headers.etag) };
    expect((await get(relay, "/snapshot.jpg", { ...known, ...bearer })).status).toBe(304);
    for (const conditions of [known, { "if-none-match": "*" }]) {
      const nobody = await get(relay, "/snapshot.jpg", conditions);
      expect(nobody.status).toBe(401);
      expect(nobody.headers).not.toHaveProperty("etag");
    }
  });

  it("has a new ETag after a restart of the relay, even for the same bytes", async () => {
    const [before, after] = [await start(), await start()];
    await sharing(before, one);
    await sharing(after, one);
    const etags = [await get(before, "/snapshot.jpg"), await get(after, "/snapshot.jpg")].map(
      ({ headers }) => headers.etag,
    );
    expect(etags[0]).not.toBe(etags[1]);
  });
});

describe("pages of other sites (P-68)", () => {
  const OTHERS = { origin: "https://dashboard.example" };
  const EMBED = ["cross-origin-resource-policy", "access-control-allow-origin", "vary"] as const;

  async function embedding(env: Record<string, string>, headers: Record<string, string>) {
    const relay = await start(env);
    await sharing(relay, one);
    const got = await get(relay, `/snapshot.jpg?token=${handMade()}`, headers);
    const stream = await openStream(relay, `token=${handMade()}`);
    for (const name of EMBED) {
      if (Object.keys(headers).length === 0) {
        expect(stream.response.headers[name]).toBe(got.headers[name]);
      }
    }
    return [got.status, ...EMBED.map((name) => got.headers[name])];
  }

  it("may embed and read pictures that they have a token for", async () => {
    const free = [200, "cross-origin", "*", undefined];
    expect(await embedding(GUARDED, {})).toEqual(free);
    expect(await embedding(GUARDED, { "sec-fetch-site": "cross-site" })).toEqual(free);
    expect(await embedding(GUARDED, OTHERS)).toEqual(free);
  });

  it("must send their origin if ALLOWED_ORIGINS is set", async () => {
    const env = { ...GUARDED, ALLOWED_ORIGINS: "https://dashboard.example,https://b.example" };
    expect(await embedding(env, {})).toEqual([200, "same-origin", undefined, "Origin"]);
    expect(await embedding(env, OTHERS)).toEqual([200, "same-origin", OTHERS.origin, "Origin"]);
  });

  it("may not without a secret, whatever ALLOWED_ORIGINS contains (P-71)", async () => {
    const env = { ALLOWED_ORIGINS: OTHERS.origin };
    expect(await embedding(env, {})).toEqual([200, "same-origin", undefined, undefined]);
    const relay = await start(env);
    const crossSite = { ...OTHERS, "sec-fetch-site": "cross-site" };
    expect((await get(relay, "/snapshot.jpg", crossSite)).status).toBe(403);
  });
});

describe("a stream", () => {
  it("with a cap receives the last change even if nothing follows it (P-65)", async () => {
    const relay = await start();
    const producer = await sharing(relay, one);
    const stream = await openStream(relay, "fps=2");
    await stream.until(one);
    await show(relay, producer, two);
    await show(relay, producer, three);
    await stream.until(three);
    expect(stream.has(two)).toBe(false);
  });

  it("with an invalid fps is refused, after admission", async () => {
    const relay = await start(GUARDED);
    const bad = await get(relay, "/stream.mjpeg?fps=fast", bearer);
    expect(bad).toMatchObject({ status: 400 });
    expect(bad.body.toString()).toBe("fps must be a number from 0.1 to 60.\n");
    expect((await get(relay, "/stream.mjpeg?fps=fast")).status).toBe(401);
  });

  it("is logged at its end, by either side, without its token", async () => {
    const lines: string[] = [];
    const relay = await start(GUARDED, lines);
    await sharing(relay, one);
    const exp = Math.floor(Date.now() / 1000) + 1;
    const tokens = [handMade({ sub: "obs" }), handMade({ sub: "vlc", exp })];
    const [leaving, expiring] = await Promise.all(
      tokens.map((token) => openStream(relay, `fps=10&token=${token}`)),
    );
    if (!leaving || !expiring) throw new Error("two streams were opened");
    await Promise.all([leaving.until(one), expiring.until(one)]);
    leaving.request.destroy();
    await once(expiring.response, "end");
    const closed = lines
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === "stream closed");
    const stream = { kind: "mjpeg viewer", room: "main", frames: expect.any(Number) };
    expect(closed).toMatchObject([
      { ...stream, name: "obs", bytes: expect.any(Number), seconds: expect.any(Number) },
      { ...stream, name: "vlc", code: 4401, reason: "the token has expired" },
    ]);
    expect(closed[0]).not.toHaveProperty("code");
    expect(closed[0].bytes).toBeGreaterThan(one.length);
    for (const token of tokens) expect(lines.join("")).not.toContain(token);
  });
});

describe("a stream whose client reads slowly (P-67)", () => {
  it("outlasts the library's timeout of 10 s, and continues with the newest picture", async () => {
    const relay = await start();
    const size = { width: 1920, height: 1080 };
    const large = [4, 5].map((seed) => Buffer.from(encodeWhole(screenLike(size, seed), 95)));
    const producer = await sharing(relay, one);
    const stream = await openStream(relay, "room=main");
    await stream.until(one);
    stream.response.pause();
    // More than all buffers on the path can hold.
    for (let i = 0; i < 80; i++) producer.socket.send(large[i % 2] ?? one);
    await show(relay, producer, two);
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    stream.response.resume();
    await stream.until(two);
    expect(stream.response.complete).toBe(false);
    stream.request.destroy();
  }, 60_000);

  it("frees its place if the client disconnects while it is behind", async () => {
    const relay = await start({ MAX_VIEWERS_PER_ROOM: "1" });
    const size = { width: 1920, height: 1080 };
    const large = [4, 5].map((seed) => Buffer.from(encodeWhole(screenLike(size, seed), 95)));
    const producer = await connect(relay, "/ws/producer", { plain: true });
    producer.socket.send(one);
    const stream = await openStream(relay, "room=main");
    await stream.until(one);
    stream.response.pause();
    for (let i = 0; i < 80; i++) producer.socket.send(large[i % 2] ?? one);
    await get(relay, "/healthz");
    stream.request.destroy();
    const place = async () => (await get(relay, "/stream.mjpeg", {}, "HEAD")).status;
    await expect.poll(place, { timeout: 10_000 }).toBe(200);
  });
});

it("the reply to HEAD has only the stream's headers (P-60)", async () => {
  const relay = await start();
  await sharing(relay, one);
  const { status, headers, body } = await get(relay, "/stream.mjpeg", {}, "HEAD");
  expect([status, headers["content-type"]]).toEqual([
    200,
    "multipart/x-mixed-replace; boundary=picture",
  ]);
  expect(body).toHaveLength(0);
});
