/** What every adapter does with clients that do not read, with pings, and with the clock. */
import { once } from "node:events";
import { connect } from "@screen-share/protocol/testing/client";
import { frame, OPCODE, RawSocket } from "@screen-share/protocol/testing/raw-socket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADAPTERS, RecordingServer } from "../../test/recording-server.ts";
import { Turns } from "../core/turns.ts";
import { MAX_BACKPRESSURE_BYTES } from "./limits.ts";

const PRODUCER = "/ws/producer";
const VIEWER = "/ws/viewer";
const { text, ping, pong } = OPCODE;

describe.each(ADAPTERS)("WebSockets on %s", (_, startServer) => {
  let server: RecordingServer;
  beforeAll(async () => {
    server = await RecordingServer.start(startServer);
  });
  afterAll(() => server.close());

  /** A client that sends raw frames, and its session. */
  async function rawClient() {
    const before = server.sessions.length;
    const raw = await RawSocket.upgraded(server.port, { path: VIEWER });
    await server.until(() => server.sessions.length > before);
    return { raw, session: server.newest };
  }

  describe("a client that does not read", () => {
    it("has bytes buffered for it, up to a bound", async () => {
      const client = await connect(server, VIEWER);
      const session = server.newest;
      const { peer } = session;
      client.socket.pause();
      // Larger messages are sent in fragments, each of which waits for a drain.
      const chunk = Buffer.alloc(512 * 1024, 1);
      const outcomes: string[] = [];
      while (outcomes.at(-1) !== "dropped") outcomes.push(peer.send(chunk));
      expect(outcomes).toContain("buffered");
      expect(peer.heldBytes).toBeGreaterThan(MAX_BACKPRESSURE_BYTES);
      expect(peer.heldBytes).toBeLessThan(MAX_BACKPRESSURE_BYTES + chunk.length + 100);
      expect(session.drains).toBe(0);
      client.socket.terminate();
      await server.until(() => session.ends === 1);
      expect(peer.heldBytes).toBe(0);
    });

    it("is reported when it has read everything, and has lost nothing", async () => {
      const client = await connect(server, VIEWER);
      const session = server.newest;
      const { peer } = session;
      client.socket.pause();
      const chunk = Buffer.alloc(2 ** 20, 1);
      let sent = 0;
      do sent++;
      while (peer.send(chunk) === "sent");
      expect(peer.heldBytes).toBeGreaterThan(0);
      expect(session.drains).toBe(0);
      client.socket.resume();
      await server.until(() => session.drains > 0 && peer.heldBytes === 0);
      await client.until(() => client.binary.length === sent);
      for (const message of client.binary) expect(message.equals(chunk)).toBe(true);
      expect(peer.send("on")).toBe("sent");
      client.socket.terminate();
    });
  });

  describe("signs of life", () => {
    it("a ping from the relay gets a pong with its payload", async () => {
      const client = await connect(server, VIEWER);
      const pinged = once(client.socket, "ping");
      expect(server.newest.peer.ping("17")).toBe("sent");
      expect(String((await pinged)[0])).toBe("17");
      await server.until(() => server.newest.pongs.length === 1);
      expect(server.newest.pongs).toEqual(["17"]);
      client.socket.terminate();
    });

    it("are reported before they are handled: messages, pings and pongs", async () => {
      const { raw, session } = await rawClient();
      const before = server.handled;
      for (const opcode of [text, ping, pong]) raw.write(frame({ opcode, payload: "17" }));
      await server.until(() => session.pongs.length === 1);
      expect(session.messages).toHaveLength(1);
      expect(server.handled - before).toBe(3);
      raw.destroy();
    });

    it("a ping from a client gets a pong", async () => {
      const client = await connect(server, VIEWER);
      client.socket.ping("hello");
      const [payload] = await once(client.socket, "pong");
      expect(String(payload)).toBe("hello");
      client.socket.terminate();
    });

    it.each([
      ["pings", ping],
      ["pongs", pong],
      ["messages", text],
    ])("too many %s close the connection (4429, P-89)", async (_kind, opcode) => {
      const { raw, session } = await rawClient();
      raw.write(Buffer.concat(new Array<Buffer>(20_000).fill(frame({ opcode, payload: "{}" }))));
      await server.until(() => session.ends === 1);
      expect(session.end).toMatchObject({ code: 4429, by: "relay" });
      raw.destroy();
    });

    it("a client that sends pings and never reads the pongs is closed (4429, P-9)", async () => {
      const { raw, session } = await rawClient();
      raw.socket.pause();
      const chunk = Buffer.alloc(512 * 1024);
      // More than the kernel's buffers can still take.
      while (session.peer.heldBytes < 24 * 2 ** 20) session.peer.send(chunk);
      const pings = frame({ opcode: ping, payload: "x".repeat(125) });
      // Fewer pings than are allowed.
      const pinging = setInterval(() => raw.write(Buffer.concat([pings, pings])), 50);
      await server.until(() => session.end !== undefined);
      clearInterval(pinging);
      expect(session.end).toEqual({ code: 4429, by: "relay", reason: "pongs are not read" });
      raw.destroy();
    });

    it("a client that sends as many pings and reads the pongs is not closed", async () => {
      const { raw, session } = await rawClient();
      const pings = frame({ opcode: ping, payload: "x".repeat(125) });
      for (let i = 0; i < 40; i++) {
        raw.write(pings);
        await raw.until(() => raw.frames.length > i);
      }
      expect(session.end).toBeUndefined();
      raw.destroy();
    });

    it("ticks every session", async () => {
      const clients = [await connect(server, VIEWER), await connect(server, PRODUCER)];
      server.tick();
      expect(server.sessions.slice(-2).map(({ ticks }) => ticks)).toEqual([1, 1]);
      for (const { socket } of clients) socket.terminate();
    });
  });

  it("spreads the ticks of many sessions over turns of the event loop", async () => {
    const turns: (() => void)[] = [];
    let now = 0;
    const options = {
      maxMs: 4,
      clock: () => now,
      nextTurn: (turn: () => void) => turns.push(turn),
    };
    const paced = new Turns(options);
    const slow = await RecordingServer.start(startServer, { pace: (task) => paced.run(task) });
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect(slow, VIEWER)));
    // Each tick takes a millisecond.
    for (const session of slow.sessions) {
      const tick = session.tick.bind(session);
      session.tick = () => {
        tick();
        now++;
      };
    }
    const ticked = () => slow.sessions.filter(({ ticks }) => ticks === 1).length;
    const seen: number[] = [];
    slow.tick();
    for (seen.push(ticked()); turns.length > 0; seen.push(ticked())) turns.shift()?.();
    expect(seen).toEqual([4, 8, 10]);
    for (const { socket } of clients) socket.terminate();
    await slow.close();
  });
});
