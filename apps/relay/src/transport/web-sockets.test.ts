/** What every adapter does with upgrades, messages and closing of WebSockets. */
import { SUBPROTOCOL } from "@screen-share/protocol";
import { connect } from "@screen-share/protocol/testing/client";
import {
  type FrameParts,
  frame,
  OPCODE,
  RawSocket,
} from "@screen-share/protocol/testing/raw-socket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADAPTERS, MAX_BYTES, RecordingServer } from "../../test/recording-server.ts";
import { maxPayloadBytes } from "./limits.ts";

const PRODUCER = "/ws/producer";
const VIEWER = "/ws/viewer";
const { text, binary, more, close, ping, pong } = OPCODE;

describe.each(ADAPTERS)("WebSockets on %s", (_, startServer) => {
  let server: RecordingServer;
  beforeAll(async () => {
    server = await RecordingServer.start(startServer);
  });
  afterAll(() => server.close());

  /** A client that sends raw frames, and its session. */
  async function rawClient(path = VIEWER) {
    const before = server.sessions.length;
    const raw = await RawSocket.upgraded(server.port, { path });
    await server.until(() => server.sessions.length > before);
    const send = (...frames: FrameParts[]) => raw.write(Buffer.concat(frames.map(frame)));
    return { raw, send, session: server.newest };
  }

  describe("upgrades", () => {
    it.each([
      [PRODUCER, "producer"],
      [VIEWER, "viewer"],
    ])("%s becomes a connection with its role and its request", async (path, role) => {
      const headers = { "X-Word": "one", Authorization: "Bearer abc" };
      const client = await connect(server, `${path}?room=a%20b&x=1`, { headers });
      expect(client.socket.protocol).toBe(SUBPROTOCOL);
      const { connection } = server.newest;
      expect(connection).toMatchObject({ role, plain: false });
      const { request } = connection;
      expect(request).toMatchObject({ method: "GET", path, remoteAddress: "127.0.0.1" });
      expect(request.query.get("room")).toBe("a b");
      expect(request.headers.get("x-word")).toBe("one");
      expect(request.headers.get("authorization")).toBe("Bearer abc");
      client.socket.terminate();
    });

    it("a client that offers no subprotocol, or only others, is plain", async () => {
      const plain = await connect(server, VIEWER, { plain: true });
      expect(plain.socket.protocol).toBe("");
      expect(server.newest.connection).toMatchObject({ plain: true });
      const headers = { "Sec-WebSocket-Protocol": "chat, soap" };
      const before = server.sessions.length;
      const raw = await RawSocket.upgraded(server.port, { path: VIEWER, plain: true, headers });
      await server.until(() => server.sessions.length > before);
      expect(raw.text).not.toMatch(/sec-websocket-protocol/i);
      expect(server.newest.connection.plain).toBe(true);
      plain.socket.terminate();
      raw.destroy();
    });

    it("our subprotocol is found among others", async () => {
      const headers = { "Sec-WebSocket-Protocol": `chat, ${SUBPROTOCOL}` };
      const raw = await RawSocket.upgraded(server.port, { path: VIEWER, plain: true, headers });
      expect(raw.text).toMatch(new RegExp(`sec-websocket-protocol: ${SUBPROTOCOL}\r\n`, "i"));
      expect(server.newest.connection.plain).toBe(false);
      raw.destroy();
    });

    it.each([
      ["another path", "/ws/nothing", {}],
      ["a short key", VIEWER, { "Sec-WebSocket-Key": "short" }],
      ["the protocol of another upgrade", "/", { Upgrade: "h2c" }],
    ])("an upgrade with %s is an ordinary HTTP request", async (_case, path, headers) => {
      const before = server.sessions.length;
      const raw = await RawSocket.upgraded(server.port, { path, headers });
      await raw.until(() => raw.statuses.length > 0);
      expect(raw.statuses).toEqual([404]);
      expect(server.requests.at(-1)?.path).toBe(path);
      expect(server.sessions).toHaveLength(before);
      raw.destroy();
    });
  });

  describe("messages", () => {
    it("arrive as text or bytes, and are counted", async () => {
      const client = await connect(server, PRODUCER);
      const before = server.traffic.received;
      client.socket.send("größer");
      client.socket.send(Buffer.of(0, 1, 255));
      client.socket.send(Buffer.alloc(0));
      await server.until(() => server.newest.messages.length === 3);
      expect(server.newest.messages).toEqual(["größer", Buffer.of(0, 1, 255), Buffer.alloc(0)]);
      expect(server.traffic.received - before).toBe(8 + 3);
      client.socket.terminate();
    });

    it("are sent as text or bytes, completely, and are counted", async () => {
      const client = await connect(server, VIEWER);
      const large = Buffer.alloc(300_000, 7);
      const before = server.traffic.delivered;
      const { peer } = server.newest;
      expect(peer.send("größer")).toBe("sent");
      expect(peer.send(Uint8Array.of(1, 2))).toBe("sent");
      peer.send(large);
      await client.until(() => client.messages.length === 3);
      expect(client.text).toEqual(["größer"]);
      expect(client.binary[0]).toEqual(Buffer.of(1, 2));
      expect(client.binary[1]?.equals(large)).toBe(true);
      // Text is counted in characters.
      expect(server.traffic.delivered - before).toBe(6 + 2 + large.length);
      client.socket.terminate();
    });

    it("in fragments are assembled, and a ping between them gets a pong", async () => {
      const { raw, send, session } = await rawClient();
      send(
        { opcode: text, payload: "to", final: false },
        { opcode: more, payload: "get", final: false },
        { opcode: ping, payload: "now" },
        { opcode: more, payload: "her" },
      );
      await server.until(() => session.messages.length === 1);
      expect(session.messages).toEqual(["together"]);
      await raw.until(() => raw.frames.length > 0);
      expect(raw.frames).toEqual([{ opcode: pong, payload: Buffer.from("now") }]);
      raw.destroy();
    });

    it("that arrive byte by byte are assembled", async () => {
      const { raw, session } = await rawClient();
      for (const byte of frame({ opcode: binary, payload: "slow" })) raw.write(Uint8Array.of(byte));
      await server.until(() => session.messages.length === 1);
      expect(session.messages).toEqual([Buffer.from("slow")]);
      raw.destroy();
    });

    it("that are slightly too long reach the session, which can send the reason", async () => {
      const { raw, send, session } = await rawClient();
      send({ opcode: binary, payload: Buffer.alloc(MAX_BYTES.viewer + 1) });
      await server.until(() => session.messages.length === 1);
      expect(session.messages[0]).toHaveLength(MAX_BYTES.viewer + 1);
      raw.destroy();
    });

    it.each([
      ["one frame", [{ opcode: binary, payload: Buffer.alloc(maxPayloadBytes(1000) + 1) }]],
      ["a frame that has only been announced", [{ opcode: binary, claimedLength: 2 ** 40 }]],
      [
        "fragments",
        [
          { opcode: binary, payload: Buffer.alloc(maxPayloadBytes(1000)), final: false },
          { opcode: more, payload: "xx" },
        ],
      ],
    ])("that are far too long close the connection: %s", async (_case, frames) => {
      const { raw, send, session } = await rawClient();
      send(...frames);
      await raw.closed;
      expect([1006, 1009]).toContain(raw.closeCode);
      await server.until(() => session.ends === 1);
      expect(session.messages).toEqual([]);
    });

    it.each<[string, FrameParts]>([
      ["a reserved bit", { opcode: text, payload: "x", reserved: 4 }],
      ["a reserved opcode", { opcode: 3, payload: "x" }],
      ["a reserved control opcode", { opcode: 11, payload: "x" }],
      ["a continuation of nothing", { opcode: more, payload: "x" }],
      ["text that is not UTF-8", { opcode: text, payload: Uint8Array.of(0xff, 0xfe) }],
      ["a ping that is too long", { opcode: ping, payload: "x".repeat(126) }],
      ["a ping in fragments", { opcode: ping, payload: "x", final: false }],
    ])("that violate the protocol close the connection: %s", async (_case, parts) => {
      const { raw, send, session } = await rawClient();
      send(parts);
      await raw.closed;
      expect([1006, 1002, 1007]).toContain(raw.closeCode);
      await server.until(() => session.ends === 1);
      expect(session.messages).toEqual([]);
    });

    it("without a mask never reach the session unchanged", async () => {
      const { raw, send, session } = await rawClient();
      send({ opcode: text, payload: "unmasked and long enough", masked: false });
      send({ opcode: close, payload: Uint8Array.of(3, 232) });
      await raw.closed;
      expect(session.messages).not.toContain("unmasked and long enough");
    });
  });

  describe("closing", () => {
    it("by the relay sends code and reason, and is reported once, immediately", async () => {
      const client = await connect(server, PRODUCER);
      const session = server.newest;
      session.peer.close(4401, "the token is not valid");
      expect(await client.closed).toEqual({ code: 4401, reason: "the token is not valid" });
      expect(session.ends).toBe(1);
      expect(session.end).toEqual({ code: 4401, by: "relay", reason: "the token is not valid" });
    });

    it("reports the end before the client replies, and delivers nothing more", async () => {
      const { raw, send, session } = await rawClient();
      session.peer.close(4400, "wrong");
      await server.until(() => session.ends === 1);
      send({ opcode: text, payload: "too late" }, { opcode: ping, payload: "too" });
      send({ opcode: close, payload: Uint8Array.of(3, 232) });
      raw.socket.end();
      await raw.closed;
      expect(raw.closeCode).toBe(4400);
      expect(session).toMatchObject({ messages: [], pongs: [], ends: 1 });
      expect(session.peer.send("too late")).toBe("dropped");
      expect(session.peer.ping("")).toBe("dropped");
      expect(session.peer.heldBytes).toBe(0);
    });

    it("shortens a long reason between characters", async () => {
      const client = await connect(server, VIEWER);
      server.newest.peer.close(4400, "é".repeat(200));
      expect(await client.closed).toEqual({ code: 4400, reason: "é".repeat(61) });
    });

    it("first sends earlier messages", async () => {
      const client = await connect(server, VIEWER);
      const { peer } = server.newest;
      peer.send("last words");
      peer.close(4403, "no");
      await client.closed;
      expect(client.messages).toEqual(["last words"]);
    });

    it("by the client is reported with its code and reason", async () => {
      const client = await connect(server, VIEWER);
      const session = server.newest;
      client.socket.close(4321, "bye");
      await server.until(() => session.end !== undefined);
      expect(session.end).toEqual({ code: 4321, by: "client", reason: "bye" });
      expect((await client.closed).code).toBe(4321);
      expect(session.ends).toBe(1);
    });

    it("by a broken connection is reported as 1006", async () => {
      const client = await connect(server, VIEWER);
      const session = server.newest;
      client.socket.terminate();
      await server.until(() => session.end !== undefined);
      expect(session.end).toEqual({ code: 1006, by: "client", reason: "" });
    });
  });
});
