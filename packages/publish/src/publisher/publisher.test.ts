import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CLOSE } from "@screen-share/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { type FakeConnection, FakeRelay } from "../../test/fake-relay.ts";
import {
  eachOn,
  IDENTITY,
  PICTURE,
  PublisherStage,
  SECRET,
  until,
} from "../../test/publisher-stage.ts";

const on = eachOn(PublisherStage);

describe("connecting", () => {
  it("sends hello, with the token only in the header, and reports that it is live once welcomed", async () => {
    on().start({ token: SECRET, room: "desk-1" });
    const connection = await on().relay.connection();
    expect(connection.headers.authorization).toBe(`Bearer ${SECRET}`);
    const hello = await connection.receive("hello");
    expect(hello).toMatchObject({ room: "desk-1", name: "a-host", gen: "first" });
    expect(hello.producerId).toBe(IDENTITY.producerId);
    expect(hello.token).toBeUndefined();
    connection.welcome("http://relay.example/#room=desk-1");
    expect(await connection.receive("status")).toMatchObject({ state: "live" });
    expect(on().links).toEqual(["http://relay.example/#room=desk-1"]);
    await connection.skipTo("ping");
  });

  it("gives no turn before the welcome", async () => {
    on().start();
    const connection = await on().relay.connection();
    await connection.receive("hello");
    let turns = 0;
    const turn = on()
      .publisher.turn()
      .then(() => turns++);
    connection.send({ type: "refresh" });
    connection.send({ type: "pong", sentAt: 1, relayAt: 1 });
    expect(turns).toBe(0);
    connection.welcome();
    await turn;
  });

  it("logs once, in plain words, that there is no relay, and keeps trying until there is one", async () => {
    const { port, url } = on().relay;
    await on().relay.stop();
    on().start({ url });
    await until(() => on().log.lines.length >= 3);
    const warnings = on().log.lines.filter((line) => line.startsWith("warn"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`cannot reach the relay at ${url}: connection refused`);
    on().relay = await FakeRelay.start(port);
    await on().relay.welcomed();
  });

  it("reports that the server is not a relay", async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0);
    await once(server, "listening");
    on().start({ url: `ws://localhost:${(server.address() as AddressInfo).port}/ws/producer` });
    await until(() => on().log.lines.length > 0);
    expect(on().log.lines[0]).toContain("HTTP status 404");
    server.close();
  });
});

describe("sharing", () => {
  let connection: FakeConnection;
  beforeEach(async () => {
    on().start();
    connection = await on().relay.welcomed();
    await connection.receive("status");
  });

  it("describes the stream, then sends the PICTURE", async () => {
    await on().publish();
    expect(await connection.receive("stream")).toMatchObject({ epoch: 1, stream: PICTURE.stream });
    expect(await connection.receive("update")).toMatchObject({ epoch: 1, keyframe: true });
  });

  it("gives no turn while the window is full", async () => {
    const session = await on().publish();
    session.sender.wait();
    let turns = 0;
    const turn = on()
      .publisher.turn()
      .then(() => turns++);
    connection.send({ type: "refresh" });
    await until(() => session.needsWhole(PICTURE.stream, PICTURE.subject));
    expect(turns).toBe(0);
    connection.ack(1);
    await turn;
  });

  it("closes with 4400 and reconnects when an ack exceeds what was sent", async () => {
    await on().publish();
    connection.ack(2);
    expect(await connection.closed).toBe(CLOSE.protocolError);
    expect(on().log.lines.at(-1)).toContain("an ack is ahead of what was sent");
    await on().relay.welcomed();
  });

  it.each([
    [
      "an ack taken back",
      async () => {
        await on().publish();
        connection.ack(1);
        await on().publish();
        connection.ack(0);
      },
    ],
    ["bytes that are no ack", () => connection.sendRaw(Uint8Array.of(9, 9))],
    ["text that is no JSON", () => connection.sendRaw("hello?")],
    ["a message with nonsense in it", () => connection.sendRaw('{"type":"pong","sentAt":"now"}')],
  ])("closes with 4400 and reconnects after %s", async (_, misbehave) => {
    await misbehave();
    expect(await connection.closed).toBe(CLOSE.protocolError);
    await on().relay.welcomed();
  });

  it("ignores messages that only a newer relay sends", async () => {
    connection.sendRaw('{"type":"weather","rain":true}');
    await on().publish();
    await connection.receive("stream");
    await connection.receive("update");
  });

  it("starts over on a new connection, and publishes nothing from the old one", async () => {
    const old = await on().publish();
    connection.terminate();
    const next = await on().relay.welcomed();
    const session = await on().publisher.turn();
    expect(session).not.toBe(old);
    expect(old.publish(PICTURE, 0)).toBeUndefined();
    expect(session?.needsWhole(PICTURE.stream, PICTURE.subject)).toBe(true);
    await next.receive("status");
    await on().publish();
    expect(await next.receive("stream")).toMatchObject({ epoch: 1 });
  });

  it("learns the relay's clock", async () => {
    const { sentAt } = await connection.skipTo("ping");
    const session = await on().publisher.turn();
    connection.send({ type: "pong", sentAt, relayAt: sentAt + 3_600_000 });
    await until(() => session?.clock.known === true);
    expect(session?.clock.toRemote(1000)).toBeGreaterThan(3_500_000);
  });

  it("notifies the relay when it is stopped", async () => {
    const turn = on()
      .publish()
      .then((session) => {
        session.sender.wait();
        return on().publisher.turn();
      });
    await connection.receive("stream");
    on().publisher.stop();
    await connection.receive("update");
    expect(await connection.receive("status")).toMatchObject({ state: "stopped" });
    expect(await connection.closed).toBe(1000);
    expect(await on().ending).toEqual({ kind: "stopped" });
    expect(await turn).toBeUndefined();
  });
});

describe("being refused", () => {
  it.each([CLOSE.unauthorized, CLOSE.forbidden, CLOSE.tooLarge, CLOSE.replaced])(
    "ends after close %i, and tells why",
    async (code) => {
      on().start();
      const connection = await on().relay.connection();
      connection.close(code, "the reason\u001b[31m");
      const result = await on().ending;
      expect(result).toMatchObject({ kind: "refused" });
      expect(result).toHaveProperty("reason", expect.stringMatching(/\w \(the reason\[31m\)$/));
    },
  );

  it("ends for the relay's typed reason even if the connection is lost before the close frame (P-43)", async () => {
    on().start();
    const connection = await on().relay.connection();
    connection.send({ type: "closing", reason: "wrong-role" });
    connection.close(1011);
    const result = await on().ending;
    expect(result).toEqual({ kind: "refused", reason: "not allowed (wrong role)" });
  });

  it("keeps trying while another agent shares, and logs that once", async () => {
    on().start();
    for (let i = 0; i < 3; i++) (await on().relay.connection()).close(CLOSE.producerExists);
    await on().relay.welcomed();
    const warnings = on().log.lines.filter((line) => line.startsWith("warn"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("another screen is already being shared in this room");
  });
});
