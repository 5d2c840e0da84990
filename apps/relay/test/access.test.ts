/** Tokens over the wire: minted by hand, sent in every possible way, verified, and expiring. */
import { once } from "node:events";
import http from "node:http";
import { encodeControl, encodeUpdate, parseToProducerMessage } from "@screen-share/protocol";
import { type Client, connect } from "@screen-share/protocol/testing/client";
import { tokenKey, verifyToken } from "@screen-share/protocol/token";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningRelay } from "../src/relay.ts";
import { get, liveRelay } from "./live-relay.ts";
import { PRODUCER_ID, picturePair } from "./participants.ts";
import { handMade, OLD_SECRET, SECRET, tokenOfLength } from "./tokens.ts";

const { stream, first } = picturePair();
const times = { capturedAt: 5, encodedAt: 6, relayedAt: 0 };
const PICTURES = ["/snapshot.jpg", "/stream.mjpeg"] as const;

let relay: RunningRelay;
beforeAll(async () => {
  relay = await liveRelay({ AUTH_SECRET: SECRET, AUTH_SECRET_PREVIOUS: OLD_SECRET });
});
afterAll(() => relay.close(1012, "test over"));

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A producer that has sent a picture. */
async function producerIn(
  room: string,
  options: {
    token?: string;
    gen?: string;
    from?: RunningRelay;
    headers?: Record<string, string>;
  } = {},
): Promise<Client> {
  const { token = handMade({ role: "producer", room }), gen, from = relay, headers } = options;
  const producer = await connect(from, "/ws/producer", headers ? { headers } : {});
  const proof = headers ? {} : { token };
  const named = gen === undefined ? {} : { gen };
  producer.socket.send(
    encodeControl({ type: "hello", room, producerId: PRODUCER_ID, ...proof, ...named }),
  );
  await Promise.race([producer.until(() => producer.text.length > 0), producer.closed]);
  producer.socket.send(encodeControl({ type: "stream", epoch: 1, stream }));
  const update = { keyframe: true, cut: false, epoch: 1, ...times, tiles: first };
  producer.socket.send(encodeUpdate(update));
  await Promise.race([producer.until(() => producer.binary.length === 1), producer.closed]);
  return producer;
}

async function viewerIn(
  room: string,
  hello: { token?: string } = { token: handMade({ room }) },
  options: { headers?: Record<string, string>; path?: string } = {},
): Promise<Client> {
  const { path = "/ws/viewer", headers = {} } = options;
  const viewer = await connect(relay, path, { headers });
  viewer.socket.send(encodeControl({ type: "hello", room, ...hello }));
  return viewer;
}

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});

const isShown = (viewer: Client) => viewer.until(() => viewer.binary.length > 0);

describe("a v1 client (P-83)", () => {
  it("sends a token in hello, which any program with the secret may mint (P-80)", async () => {
    await producerIn("hello");
    await isShown(await viewerIn("hello"));
  });

  it("may send it as Bearer, which overrides hello", async () => {
    const room = "bearer";
    await producerIn(room, { headers: bearer(handMade({ role: "producer", room })) });
    await isShown(await viewerIn(room, {}, { headers: bearer(handMade({ room })) }));
    await isShown(await viewerIn(room, { token: "bad" }, { headers: bearer(handMade({ room })) }));
    const bad = await viewerIn(room, undefined, { headers: bearer("bad") });
    expect(await bad.closed).toMatchObject({ code: 4401 });
    const elsewhere = await viewerIn(room, undefined, { headers: bearer(handMade()) });
    expect(await elsewhere.closed).toMatchObject({ code: 4403 });
  });

  it("may not send it in the query, which is logged", async () => {
    const path = `/ws/viewer?token=${handMade({ room: "hello" })}`;
    const viewer = await viewerIn("hello", {}, { path });
    expect(await viewer.closed).toMatchObject({ code: 4401 });
  });
});

describe("plain clients and HTTP (P-83)", () => {
  it("send a token as Bearer or ?token=; the header wins", async () => {
    const room = "plain";
    await producerIn(room);
    const token = handMade({ room });
    const wrong = handMade({ room: "other" });
    const asked = `/ws/viewer?room=${room}`;
    await isShown(await connect(relay, `${asked}&token=${token}`, { plain: true }));
    const byHeader = { plain: true, headers: bearer(token) };
    await isShown(await connect(relay, asked, byHeader));
    await isShown(await connect(relay, `${asked}&token=bad`, byHeader));
    const badHeader = { plain: true, headers: bearer(wrong) };
    const refused = await connect(relay, `${asked}&token=${token}`, badHeader);
    expect(await refused.closed).toMatchObject({ code: 4403 });

    const snapshot = `/snapshot.jpg?room=${room}`;
    expect((await get(relay, `${snapshot}&token=${token}`)).status).toBe(200);
    expect((await get(relay, snapshot, bearer(token))).status).toBe(200);
    expect((await get(relay, `${snapshot}&token=${token}`, bearer(wrong))).status).toBe(403);
    expect((await get(relay, snapshot, bearer(token), "HEAD")).body).toHaveLength(0);
    expect((await get(relay, snapshot, bearer(token), "POST")).status).toBe(405);
    expect((await get(relay, snapshot, {}, "HEAD")).status).toBe(401);
  });

  it("may send a token as the Basic password for pictures, with any user name", async () => {
    const room = "camera";
    await producerIn(room);
    const token = handMade({ room });
    const snapshot = `/snapshot.jpg?room=${room}`;
    for (const user of ["", "admin", "jürgen"]) {
      expect((await get(relay, snapshot, basic(user, token))).status).toBe(200);
    }
    expect((await get(relay, snapshot, basic("admin", handMade({ room: "other" })))).status).toBe(
      403,
    );
    expect((await get(relay, snapshot, basic("admin", `${token}x`))).status).toBe(401);
    // Any other password is meant for a proxy in front of the relay.
    expect((await get(relay, snapshot, basic("me", "sesame: open"))).status).toBe(401);
    expect((await get(relay, `${snapshot}&token=${token}`, basic("me", "sesame"))).status).toBe(
      200,
    );
    const headers = basic("admin", token);
    const viewer = await connect(relay, `/ws/viewer?room=${room}`, { plain: true, headers });
    expect(await viewer.closed).toMatchObject({ code: 4401 });
  });

  it("get a Basic challenge unless they are browsers, which would prompt their users", async () => {
    const asked = async (headers: Record<string, string>) =>
      (await get(relay, "/snapshot.jpg", headers)).headers["www-authenticate"];
    expect(await asked({})).toMatch(/^Basic realm="[^"]+", charset="UTF-8", Bearer$/);
    expect(await asked({ "user-agent": "HomeAssistant/2026.11" })).toContain("Basic");
    expect(await asked({ "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" })).toBe("Bearer");
    expect(await asked({ "sec-fetch-mode": "no-cors" })).toBe("Bearer");
  });

  it("may not use ?token= if QUERY_TOKENS is off", async () => {
    const strict = await liveRelay({ AUTH_SECRET: SECRET, QUERY_TOKENS: "off" });
    const token = handMade();
    const viewer = await connect(strict, `/ws/viewer?token=${token}`, { plain: true });
    expect(await viewer.closed).toMatchObject({ code: 4401 });
    expect((await get(strict, `/snapshot.jpg?token=${token}`)).status).toBe(401);
    expect((await get(strict, "/snapshot.jpg", bearer(token))).status).toBe(404);
    await strict.close(1012, "");
  });
});

describe("access", () => {
  it("is checked first, so that a refusal does not reveal whether a room exists (P-84)", async () => {
    await producerIn("is-there");
    for (const room of ["is-there", "is-not", "no/name"]) {
      for (const path of PICTURES) {
        const asked = `${path}?room=${encodeURIComponent(room)}`;
        const nobody = await get(relay, asked);
        expect([asked, nobody.status]).toEqual([asked, 401]);
        expect(nobody.headers["www-authenticate"]).toMatch(/Bearer$/);
        expect(nobody.body.toString()).toBe("Refused: this relay requires a token.\n");
        const other = await get(relay, asked, bearer(handMade({ room: "other" })));
        expect([asked, other.status]).toEqual([asked, 403]);
      }
      const plain = await connect(relay, `/ws/viewer?room=${encodeURIComponent(room)}`, {
        plain: true,
      });
      expect(await plain.closed).toEqual({
        code: 4401,
        reason: "this relay requires a token",
      });
      expect(plain.messages).toEqual([]);
    }
    const absent = await get(
      relay,
      "/snapshot.jpg?room=is-not",
      bearer(handMade({ room: "is-not" })),
    );
    expect(absent.status).toBe(404);
  });

  it("is limited to one role (4403, 403, P-82)", async () => {
    const producer = await producerIn("role", { token: handMade({ room: "role" }) });
    expect(await producer.closed).toMatchObject({ code: 4403 });
    const token = handMade({ role: "producer", room: "role" });
    expect(await (await viewerIn("role", { token })).closed).toMatchObject({ code: 4403 });
    for (const path of PICTURES) {
      expect((await get(relay, `${path}?room=role`, bearer(token))).status).toBe(403);
    }
    for (const [path, wrong] of [
      ["/ws/producer", handMade({ room: "role" })],
      ["/ws/viewer", token],
      ["/ws/viewer", handMade({ role: "admin", room: "role" })],
    ] as const) {
      const client = await connect(relay, `${path}?room=role&token=${wrong}`, { plain: true });
      expect(await client.closed).toMatchObject({ code: 4403 });
      expect(client.messages).toEqual([]);
    }
  });

  it("with the previous secret is granted while that is configured", async () => {
    const old = handMade({ room: "rotated" }, { secret: OLD_SECRET });
    expect((await get(relay, "/snapshot.jpg?room=rotated", bearer(old))).status).toBe(404);
    const after = await liveRelay({ AUTH_SECRET: SECRET });
    expect((await get(after, "/snapshot.jpg?room=rotated", bearer(old))).status).toBe(401);
    await after.close(1012, "");
  });
});

describe("a token's length (P-80)", () => {
  it("is at most 4096 characters, in a header, a query or a hello", async () => {
    const room = "long";
    await producerIn(room);
    const token = tokenOfLength(4096, { room });
    expect((await get(relay, `/snapshot.jpg?room=${room}`, bearer(token))).status).toBe(200);
    expect((await get(relay, `/snapshot.jpg?room=${room}&token=${token}`)).status).toBe(200);
    await isShown(await viewerIn(room, {}, { headers: bearer(token) }));
  });

  it("above 4096 is refused, without affecting other clients", async () => {
    const token = tokenOfLength(4098, { room: "long" });
    expect((await get(relay, "/snapshot.jpg?room=long", bearer(token))).status).toBe(401);
    const viewer = await viewerIn("long", {}, { headers: bearer(token) });
    expect(await viewer.closed).toMatchObject({ code: 4401, reason: "the token is too long" });
    expect(await (await viewerIn("long", { token })).closed).toMatchObject({ code: 4413 });
    // Newer versions of the library refuse overlong headers before the relay sees them.
    const { status } = await get(relay, "/snapshot.jpg", bearer("x".repeat(20_000)));
    expect([401, 431]).toContain(status);
    expect((await get(relay, "/healthz")).status).toBe(200);
  });
});

describe("exp (P-81)", () => {
  it("ends every kind of connection within 5 s, and frees its place", async () => {
    const room = "expiring";
    const exp = Math.floor(Date.now() / 1000) + 2;
    const [token, producing] = [handMade({ room, exp }), handMade({ room, exp, role: "producer" })];
    const producer = await producerIn(room, { token: producing });
    const stays = await viewerIn(room);
    const plainProducer = await connect(
      relay,
      `/ws/producer?room=other&token=${handMade({ room: "other", exp, role: "producer" })}`,
      { plain: true },
    );
    const viewer = await viewerIn(room, { token });
    const plain = await connect(relay, `/ws/viewer?room=${room}&token=${token}`, { plain: true });
    const path = `/stream.mjpeg?room=${room}&token=${token}`;
    const request = http.get({ host: "127.0.0.1", port: relay.port, path, agent: false });
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    response.resume();
    const endedAt = once(response, "end").then(() => Date.now());
    for (const { closed } of [producer, plainProducer, viewer, plain]) {
      expect(await closed).toEqual({ code: 4401, reason: "the token has expired" });
    }
    expect(await endedAt).toBeLessThan(exp * 1000 + 5000);
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    expect(Date.now()).toBeLessThan(exp * 1000 + 5000);
    const late = await viewerIn(room, { token });
    expect(await late.closed).toMatchObject({ code: 4401 });
    await stays.until(() => stays.text.some((text) => text.includes('"offline"')));
    expect(stays.socket.readyState).toBe(stays.socket.OPEN);
  });
});

describe("a producer's link (P-85)", () => {
  async function linkOf(producer: Client): Promise<string> {
    await producer.until(() => producer.text.length > 0);
    const welcome = parseToProducerMessage(producer.text[0] ?? "");
    if (welcome?.type !== "welcome") throw new Error("not welcome");
    return /token=(.+)$/.exec(welcome.viewerLink)?.[1] ?? "";
  }

  it("admits viewers and carries gen, and ends for all of them with the next generation", async () => {
    const room = "links";
    const producer = await producerIn(room, { gen: "g1" });
    const token = await linkOf(producer);
    const claims = await verifyToken([tokenKey(SECRET)], token, Date.now());
    expect(claims).toMatchObject({ role: "viewer", room, gen: "g1" });
    const viewer = await viewerIn(room, { token });
    const backend = await viewerIn(room);
    await Promise.all([isShown(viewer), isShown(backend)]);
    const next = await producerIn(room, { gen: "g2" });
    expect(await producer.closed).toMatchObject({ code: 4001 });
    expect(await viewer.closed).toEqual({ code: 4401, reason: "the link was ended" });
    expect(await (await viewerIn(room, { token })).closed).toMatchObject({ code: 4401 });
    for (const path of PICTURES) {
      expect((await get(relay, `${path}?room=${room}&token=${token}`)).status).toBe(401);
    }
    await isShown(await viewerIn(room, { token: await linkOf(next) }));
    expect(backend.socket.readyState).toBe(backend.socket.OPEN);
  });
});
