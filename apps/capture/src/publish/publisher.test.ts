import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CLOSE } from "@screen-share/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeConnection, FakeRelay } from "../../test/fake-relay.ts";
import { keptLog } from "../../test/frames.ts";
import type { Picture, Session } from "../core/session.ts";
import type { Identity } from "../identity.ts";
import { type Ending, Publisher, type PublisherOptions } from "./publisher.ts";
import { openSocket } from "./socket.ts";

const now = () => performance.timeOrigin + performance.now();
const SECRET = "a-token-that-nobody-may-read";

const picture: Picture = {
  stream: { codec: "jpeg", width: 64, height: 48, tables: [] },
  subject: "test",
  keyframe: true,
  cut: false,
  tiles: [{ index: 0, table: 0, bytes: Uint8Array.of(1, 2, 3) }],
  capturedAt: 1,
  encodedAt: 2,
};

const IDENTITY = { producerId: "0123456789abcdef0123456789abcdef", generation: "first" };

let relay: FakeRelay;
let identity: Identity;
let publisher: Publisher;
let ending: Promise<Ending>;
let log: ReturnType<typeof keptLog>;
let links: string[];

function start(options: Partial<PublisherOptions> = {}): void {
  publisher = new Publisher({
    url: relay.url,
    token: undefined,
    room: "main",
    identity: () => identity,
    name: "a-host",
    openSocket,
    log,
    onViewerLink: (link) => links.push(link),
    now,
    random: () => 0,
    ...options,
  });
  ending = publisher.run();
}

beforeEach(async () => {
  identity = IDENTITY;
  log = keptLog();
  links = [];
  relay = await FakeRelay.start();
});
afterEach(async () => {
  publisher.stop();
  await ending;
  await relay.stop();
  expect(log.lines.join()).not.toContain(SECRET);
});

/** Waits for its turn and publishes. */
async function publish(changes: Partial<Picture> = {}): Promise<Session> {
  const session = await publisher.turn();
  if (!session) throw new Error("it has ended");
  expect(publisher.publish(session, { ...picture, ...changes })).toBeGreaterThan(0);
  return session;
}

describe("connecting", () => {
  it("says hello, with the token in the header alone, and once welcomed that it is live", async () => {
    start({ token: SECRET, room: "desk-1" });
    const connection = await relay.connection();
    expect(connection.headers.authorization).toBe(`Bearer ${SECRET}`);
    const hello = await connection.receive("hello");
    expect(hello).toMatchObject({ room: "desk-1", name: "a-host", gen: "first" });
    expect(hello.producerId).toBe(IDENTITY.producerId);
    expect(hello.token).toBeUndefined();
    connection.welcome("http://relay.example/#room=desk-1");
    expect(await connection.receive("status")).toMatchObject({ state: "live" });
    expect(links).toEqual(["http://relay.example/#room=desk-1"]);
    await connection.skipTo("ping");
  });

  it("gives nobody a turn before the welcome", async () => {
    start();
    const connection = await relay.connection();
    await connection.receive("hello");
    let turns = 0;
    const turn = publisher.turn().then(() => turns++);
    connection.send({ type: "refresh" });
    connection.send({ type: "pong", sentAt: 1, relayAt: 1 });
    expect(turns).toBe(0);
    connection.welcome();
    await turn;
  });

  it("says once, in plain words, that there is no relay, and goes on trying until there is", async () => {
    const { port, url } = relay;
    await relay.stop();
    start({ url });
    await until(() => log.lines.length >= 3);
    const warnings = log.lines.filter((line) => line.startsWith("warn"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`cannot reach the relay at ${url}: connection refused`);
    relay = await FakeRelay.start(port);
    await relay.welcomed();
  });

  it("says so when what answers is no relay", async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0);
    await once(server, "listening");
    start({ url: `ws://localhost:${(server.address() as AddressInfo).port}/ws/producer` });
    await until(() => log.lines.length > 0);
    expect(log.lines[0]).toContain("HTTP status 404");
    server.close();
  });
});

describe("sharing", () => {
  let connection: FakeConnection;
  beforeEach(async () => {
    start();
    connection = await relay.welcomed();
    await connection.receive("status");
  });

  it("describes the stream, then sends the picture", async () => {
    await publish();
    expect(await connection.receive("stream")).toMatchObject({ epoch: 1, stream: picture.stream });
    expect(await connection.receive("update")).toMatchObject({ epoch: 1, keyframe: true });
  });

  it("gives no turn while the window is full", async () => {
    const session = await publish();
    session.waiting = true;
    let turns = 0;
    const turn = publisher.turn().then(() => turns++);
    connection.send({ type: "refresh" });
    await until(() => session.needsWhole(picture.stream, picture.subject));
    expect(turns).toBe(0);
    connection.ack(1);
    await turn;
  });

  it("gives no turn while nobody watches, and one at once when somebody does", async () => {
    const session = await publish();
    connection.demand(0);
    await until(() => log.lines.some((line) => line.includes("nobody watches")));
    let turns = 0;
    const turn = publisher.turn().then(() => turns++);
    connection.ack(1);
    await until(() => session.idle);
    expect(turns).toBe(0);
    connection.demand(2);
    await turn;
  });

  it("takes a relay that does not tell how many watch for one that is watched", async () => {
    connection.terminate();
    const other = await relay.connection();
    await other.receive("hello");
    other.send({ type: "welcome", room: "main", viewerLink: "/" });
    expect(await publisher.turn()).toBeDefined();
  });

  it("closes with 4400 and comes back when an ack is ahead of what was sent", async () => {
    await publish();
    connection.ack(2);
    expect(await connection.closed).toBe(CLOSE.protocolError);
    expect(log.lines.at(-1)).toContain("an ack is ahead of what was sent");
    await relay.welcomed();
  });

  it.each([
    [
      "an ack taken back",
      async () => {
        await publish();
        connection.ack(1);
        await publish();
        connection.ack(0);
      },
    ],
    ["bytes that are no ack", () => connection.sendRaw(Uint8Array.of(9, 9))],
    ["text that is no JSON", () => connection.sendRaw("hello?")],
    ["a message with nonsense in it", () => connection.sendRaw('{"type":"pong","sentAt":"now"}')],
  ])("closes with 4400 and comes back after %s", async (_, misbehave) => {
    await misbehave();
    expect(await connection.closed).toBe(CLOSE.protocolError);
    await relay.welcomed();
  });

  it("passes over messages that only a newer relay sends", async () => {
    connection.sendRaw('{"type":"weather","rain":true}');
    await publish();
    await connection.receive("stream");
    await connection.receive("update");
  });

  it("begins anew on a new connection, and publishes nothing of the old one", async () => {
    const old = await publish();
    connection.terminate();
    const next = await relay.welcomed();
    const session = await publisher.turn();
    expect(session).not.toBe(old);
    expect(publisher.publish(old, picture)).toBeUndefined();
    expect(session?.needsWhole(picture.stream, picture.subject)).toBe(true);
    await next.receive("status");
    await publish();
    expect(await next.receive("stream")).toMatchObject({ epoch: 1 });
  });

  it("learns the relay's clock", async () => {
    const { sentAt } = await connection.skipTo("ping");
    const session = await publisher.turn();
    connection.send({ type: "pong", sentAt, relayAt: sentAt + 3_600_000 });
    await until(() => session?.clock.known === true);
    expect(session?.clock.toRemote(1000)).toBeGreaterThan(3_500_000);
  });

  it("tells a link again only when it is another", async () => {
    connection.close(CLOSE.restarting);
    const second = await relay.welcomed();
    await second.receive("status");
    second.close(CLOSE.restarting);
    const third = await relay.connection();
    await third.receive("hello");
    third.welcome("http://relay.example/#room=other");
    await third.receive("status");
    expect(links).toEqual(["http://relay.example/#room=main", "http://relay.example/#room=other"]);
  });

  it.each([
    ["/#room=main&token=abc", (origin: string) => `${origin}/#room=main&token=abc`],
    ["https://viewer.example/watch#room=main", () => "https://viewer.example/watch#room=main"],
    ["javascript:alert(1)", () => undefined],
    ["http://", () => undefined],
  ])("takes %s for a link from the address it dialled", async (told, meant) => {
    connection.close(CLOSE.restarting);
    const next = await relay.connection();
    await next.receive("hello");
    next.welcome(told);
    await next.receive("status");
    expect(links[1]).toBe(meant(`http://127.0.0.1:${relay.port}`));
  });

  it("says goodbye when it is stopped", async () => {
    const turn = publish().then((session) => {
      session.waiting = true;
      return publisher.turn();
    });
    await connection.receive("stream");
    publisher.stop();
    await connection.receive("update");
    expect(await connection.receive("status")).toMatchObject({ state: "stopped" });
    expect(await connection.closed).toBe(1000);
    expect(await ending).toEqual({ kind: "stopped" });
    expect(await turn).toBeUndefined();
  });
});

describe("being refused", () => {
  it.each([CLOSE.unauthorized, CLOSE.forbidden, CLOSE.tooLarge, CLOSE.replaced])(
    "ends after close %i, and tells why",
    async (code) => {
      start();
      const connection = await relay.connection();
      connection.close(code, "the reason\u001b[31m");
      const result = await ending;
      expect(result).toMatchObject({ kind: "refused" });
      expect(result).toHaveProperty("reason", expect.stringMatching(/\w \(the reason\[31m\)$/));
    },
  );

  it("comes back, as whom it is by then, if a process of its own only ended the links (P-85)", async () => {
    start();
    const first = await relay.welcomed();
    identity = { ...IDENTITY, generation: "second" };
    first.close(CLOSE.replaced);
    const second = await relay.connection();
    expect(await second.receive("hello")).toMatchObject({ gen: "second" });
    second.close(CLOSE.replaced);
    expect(await ending).toMatchObject({ kind: "refused" });
  });

  it("keeps trying while someone else shares, and says so once", async () => {
    start();
    for (let i = 0; i < 3; i++) (await relay.connection()).close(CLOSE.producerExists);
    await relay.welcomed();
    const warnings = log.lines.filter((line) => line.startsWith("warn"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("another screen is already being shared in this room");
  });
});

/** Waits until something that no event tells is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
