import { describe, expect, it } from "vitest";
import { FakeTime } from "../../test/fake-time.ts";
import { CLOSE, ProtocolError } from "../wire/close.ts";
import { encodeControl, parseToViewerMessage, type ToViewerMessage } from "../wire/messages.ts";
import { Connection } from "./connection.ts";
import type { Line, LineEnd } from "./line.ts";
import type { Socket, SocketEvents } from "./ports.ts";

/** A socket whose replies come from the test. */
class FakeSocket implements Socket {
  readonly sent: (string | Uint8Array)[] = [];
  closedWith: { readonly code: number; readonly reason: string } | undefined;

  constructor(readonly events: SocketEvents) {}

  send(message: string | Uint8Array): boolean {
    this.sent.push(message);
    return true;
  }

  close(code: number, reason: string): void {
    this.closedWith = { code, reason };
  }

  receive(message: ToViewerMessage): void {
    this.events.message(encodeControl(message));
  }

  join(): void {
    this.events.opened();
    this.receive({ type: "welcome", room: "main" });
  }

  drop(code: number, reason = ""): void {
    this.events.closed({ code, reason });
  }

  get types(): string[] {
    return this.sent.map((message) =>
      typeof message === "string" ? JSON.parse(message).type : "binary",
    );
  }
}

function stage(options: { refuses?: boolean; graceMs?: () => number } = {}) {
  const timing = new FakeTime(1_000_000);
  const sockets: FakeSocket[] = [];
  const lines: Line<ToViewerMessage>[] = [];
  const received: string[] = [];
  const roundTrips: number[] = [];
  const losses: { readonly end: LineEnd | undefined; readonly inMs: number | undefined }[] = [];
  const connection = new Connection<ToViewerMessage>({
    open: (events) => {
      if (options.refuses) return undefined;
      const socket = new FakeSocket(events);
      sockets.push(socket);
      return socket;
    },
    timing,
    backoff: { firstMs: 1000, maxMs: 4000 },
    begin: (line) => {
      lines.push(line);
      return {
        hello: () => ({ type: "hello", room: "main" }),
        parse: parseToViewerMessage,
        control: ({ type }) => received.push(type),
        binary: (message) => {
          if (message.length === 0) throw new ProtocolError("an empty message");
          received.push("binary");
        },
        answered: (ms) => roundTrips.push(ms),
        ...(options.graceMs ? { graceMs: options.graceMs } : {}),
      };
    },
    lost: (end, retryAt) =>
      losses.push({ end, inMs: retryAt === undefined ? undefined : retryAt - timing.now() }),
  });
  connection.dial();
  const newest = (): FakeSocket => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error("nothing was dialled");
    return socket;
  };
  return { connection, timing, sockets, newest, lines, received, roundTrips, losses };
}

describe("a line", () => {
  it("sends hello once it is open, and nothing else before the welcome", () => {
    const { newest, lines, received } = stage();
    lines[0]?.ping();
    expect(newest().types).toEqual([]);
    newest().events.opened();
    expect(lines[0]?.send({ type: "visibility", visible: false })).toBe(false);
    expect(newest().types).toEqual(["hello"]);
    newest().receive({ type: "welcome", room: "main" });
    expect(newest().types).toEqual(["hello", "ping"]);
    expect(received).toEqual(["welcome"]);
  });

  it("measures the relay's clock by its pongs", () => {
    const { newest, lines, timing, roundTrips } = stage();
    newest().join();
    const sentAt = timing.now();
    timing.advance(40);
    newest().receive({ type: "pong", sentAt, relayAt: 5_000_020 });
    expect(roundTrips).toEqual([40]);
    expect(lines[0]?.clock.toRemote(sentAt + 20)).toBe(5_000_020);
  });

  it.each([
    ["a dial that nothing answers", () => {}, 15_000],
    ["a relay that sends no welcome", (socket: FakeSocket) => socket.events.opened(), 10_000],
    ["a relay that has become silent", (socket: FakeSocket) => socket.join(), 15_000],
  ])("gives up %s", (_, begin, afterMs) => {
    const { newest, timing, losses } = stage();
    const socket = newest();
    begin(socket);
    timing.advance(afterMs - 1000);
    expect(losses).toEqual([]);
    timing.advance(1000);
    expect(losses).toMatchObject([{ end: { code: CLOSE.silent, byUs: true } }]);
    expect(socket.closedWith?.code).toBe(CLOSE.silent);
  });

  it("tolerates a longer silence while its owner expects something large", () => {
    const { newest, timing, losses } = stage({ graceMs: () => 10_000 });
    newest().join();
    timing.advance(24_000);
    expect(losses).toEqual([]);
    timing.advance(1000);
    expect(losses).toHaveLength(1);
  });

  it("accepts signs of life below the message layer", () => {
    const { newest, timing, losses } = stage();
    newest().join();
    for (let s = 0; s < 60; s += 10) {
      timing.advance(10_000);
      newest().events.alive();
    }
    expect(losses).toEqual([]);
  });

  it("neither requests nor misses signs of life while it is paused", () => {
    const { newest, lines, timing, losses } = stage();
    newest().join();
    lines[0]?.setPaused(true);
    timing.advance(600_000);
    expect(losses).toEqual([]);
    expect(newest().types).toEqual(["hello", "ping"]);
    lines[0]?.setPaused(false);
    expect(newest().types).toEqual(["hello", "ping", "ping"]);
    timing.advance(15_000);
    expect(losses).toHaveLength(1);
  });

  it.each([
    ["a binary message before the welcome", (s: FakeSocket) => s.events.message(new Uint8Array(1))],
    ["a second welcome", (s: FakeSocket) => s.join()],
    ["a message that its owner rejects", (s: FakeSocket) => s.events.message(new Uint8Array(0))],
    ["a message that is no JSON", (s: FakeSocket) => s.events.message("{")],
  ])("closes with 4400 for %s", (name, act) => {
    const { newest, losses } = stage();
    const socket = newest();
    if (name.includes("before")) socket.events.opened();
    else socket.join();
    act(socket);
    expect(socket.closedWith?.code).toBe(CLOSE.protocolError);
    expect(losses).toMatchObject([{ end: { byUs: true, proven: false } }]);
  });

  it("ignores messages of types that only a newer relay sends", () => {
    const { newest, received, losses } = stage();
    newest().join();
    newest().events.message('{"type":"weather"}');
    expect(received).toEqual(["welcome"]);
    expect(losses).toEqual([]);
  });

  it("keeps the relay's typed reason even if the close frame is lost (P-43)", () => {
    const { newest, losses } = stage();
    newest().events.opened();
    newest().receive({ type: "closing", reason: "ended" });
    newest().drop(1006);
    expect(losses).toMatchObject([
      { end: { code: CLOSE.unauthorized, closing: "ended", byUs: false }, inMs: undefined },
    ]);
  });

  it("ignores whatever its socket reports after its end", () => {
    const { newest, received, losses } = stage();
    const socket = newest();
    socket.join();
    socket.drop(1006);
    socket.join();
    socket.events.message(new Uint8Array(0));
    socket.drop(4401);
    expect(received).toEqual(["welcome"]);
    expect(losses).toHaveLength(1);
  });
});

describe("a connection", () => {
  it("dials again after delays that grow until a line has proven itself (P-41)", () => {
    const { newest, lines, timing, losses } = stage();
    /** How long it waits after this line was lost. */
    const waitMs = () => {
      newest().drop(1012);
      const { inMs = Number.NaN } = losses.at(-1) ?? {};
      timing.advance(inMs);
      return inMs;
    };
    expect([waitMs(), waitMs(), waitMs(), waitMs()]).toEqual([750, 1500, 3000, 3000]);
    newest().join();
    expect(waitMs()).toBe(3000);
    newest().join();
    lines.at(-1)?.prove();
    expect([waitMs(), waitMs()]).toEqual([750, 1500]);
    newest().join();
    for (let s = 0; s < 30; s += 10) {
      timing.advance(10_000);
      newest().events.alive();
    }
    expect(waitMs()).toBe(750);
  });

  it("does not dial again if that cannot help, unless requested", () => {
    const { connection, newest, timing, sockets, losses } = stage();
    newest().join();
    newest().drop(CLOSE.unauthorized);
    expect(losses).toMatchObject([{ inMs: undefined }]);
    timing.advance(600_000);
    expect(sockets).toHaveLength(1);
    connection.dial();
    expect(sockets).toHaveLength(2);
  });

  it("dials at once on request, and only once", () => {
    const { connection, newest, timing, sockets } = stage();
    newest().drop(1006);
    connection.dial();
    connection.dial();
    expect(sockets).toHaveLength(2);
    timing.advance(5000);
    expect(sockets).toHaveLength(2);
  });

  it("reports a dial that was refused at once, and waits for the next request", () => {
    const { timing, losses } = stage({ refuses: true });
    expect(losses).toEqual([{ end: undefined, inMs: undefined }]);
    timing.advance(600_000);
    expect(losses).toHaveLength(1);
    expect(timing.pendingCount).toBe(0);
  });

  it("leaves no timer behind and reports nothing after it hung up", () => {
    const { connection, newest, timing, losses } = stage();
    const socket = newest();
    socket.join();
    connection.hangUp();
    expect(socket.closedWith).toEqual({ code: 1000, reason: "" });
    socket.drop(1000);
    expect(losses).toEqual([]);
    expect(timing.pendingCount).toBe(0);
  });
});
