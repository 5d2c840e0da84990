import {
  CLOSE,
  encodeAck,
  encodeControl,
  type Socket,
  type SocketEvents,
} from "@screen-share/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keptLog } from "../../test/frames.ts";
import { IGNORED_LINKS } from "../../test/publisher-stage.ts";
import { nodePlatform } from "../node/platform.ts";
import type { PublishedPicture } from "../session.ts";
import { Publisher } from "./publisher.ts";

/** A socket on which nothing happens unless the test triggers it. */
class FakeSocket implements Socket {
  readonly sent: (string | Uint8Array)[] = [];
  readonly closes: number[] = [];
  accepts = true;

  get pings(): number {
    return this.sent.filter((message) => /"ping"/.test(String(message))).length;
  }

  constructor(readonly events: SocketEvents) {}

  send(message: string | Uint8Array): boolean {
    if (this.accepts) this.sent.push(message);
    return this.accepts;
  }
  close(code: number): void {
    this.closes.push(code);
  }
}

const picture: PublishedPicture = {
  stream: { codec: "jpeg", width: 64, height: 48, tables: [] },
  subject: "test",
  keyframe: true,
  cut: false,
  tiles: [{ index: 0, table: 0, bytes: new Uint8Array(3) }],
  capturedAt: 1,
  encodedAt: 2,
};
const welcome = encodeControl({ type: "welcome", room: "main", viewerLink: "http://relay" });

const demand = encodeControl({ type: "demand", viewers: 1, watching: 1 });

let sockets: FakeSocket[];
let publisher: Publisher;
let ending: ReturnType<Publisher["run"]>;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  publisher = new Publisher({
    url: "ws://relay",
    room: "main",
    name: "a-host",
    open: (events) => {
      const socket = new FakeSocket(events);
      sockets.push(socket);
      return socket;
    },
    log: keptLog(),
    links: IGNORED_LINKS,
    timing: { ...nodePlatform, now: () => Date.now(), random: () => 0 },
  });
  ending = publisher.run();
});
afterEach(async () => {
  publisher.stop();
  vi.runOnlyPendingTimers();
  await ending;
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function socketAt(index: number): FakeSocket {
  const socket = sockets[index];
  if (!socket) throw new Error(`there is no socket ${index}`);
  return socket;
}

function connect(index = 0): FakeSocket {
  const socket = socketAt(index);
  socket.events.opened();
  socket.events.message(welcome);
  socket.events.message(demand);
  return socket;
}

describe("liveness", () => {
  it("pings at once and every five seconds", () => {
    const socket = connect();
    expect(socket.pings).toBe(1);
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(5000);
      socket.events.alive();
    }
    expect(socket.pings).toBe(5);
    expect(socket.closes).toEqual([]);
  });

  it("ends a connection that was silent for 15 seconds, and opens another", () => {
    const socket = connect();
    vi.advanceTimersByTime(10_000);
    socket.events.alive();
    vi.advanceTimersByTime(14_999);
    expect(socket.closes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(socket.closes).toEqual([CLOSE.silent]);
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
  });

  it("gives a large update on a slow uplink the time it needs", async () => {
    const socket = connect();
    const session = await publisher.turn();
    if (!session) throw new Error("no turn");
    const tiles = [{ index: 0, table: 0, bytes: new Uint8Array(960_000) }];
    session.publish({ ...picture, tiles }, Date.now());
    vi.advanceTimersByTime(44_000);
    expect(socket.closes).toEqual([]);
    socket.events.message(encodeAck(1));
    vi.advanceTimersByTime(15_000);
    expect(socket.closes).toEqual([CLOSE.silent]);
  });

  it("waits ten seconds for the welcome", () => {
    const socket = socketAt(0);
    socket.events.opened();
    vi.advanceTimersByTime(9_999);
    expect(socket.closes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(socket.closes).toEqual([4408]);
  });

  it("ignores what a replaced socket still reports", async () => {
    const old = connect();
    vi.advanceTimersByTime(15_000);
    vi.advanceTimersByTime(500);
    const socket = connect(1);
    const session = await publisher.turn();
    old.events.message(encodeAck(99));
    old.events.message("nonsense");
    old.events.closed({ code: 4401, reason: "" });
    expect(socket.closes).toEqual([]);
    expect(await publisher.turn()).toBe(session);
  });

  it("waits longer and longer, up to 4 seconds, and starts over after an ack or half a minute, not after a welcome", async () => {
    const delays: number[] = [];
    const fail = () => {
      const opened = sockets.length;
      sockets.at(-1)?.events.closed({ code: 1006, reason: "" });
      const startedAt = Date.now();
      while (sockets.length === opened) vi.advanceTimersByTime(50);
      delays.push(Date.now() - startedAt);
    };
    for (let i = 0; i < 7; i++) fail();
    expect(delays).toEqual([250, 500, 1000, 2000, 2000, 2000, 2000]);
    connect(7);
    fail();
    expect(delays.at(-1)).toBe(2000);

    const acked = connect(8);
    const session = await publisher.turn();
    if (!session) throw new Error("no turn");
    acked.events.message(encodeAck(0));
    session.publish(picture, Date.now());
    acked.events.message(encodeAck(1));
    fail();
    expect(delays.at(-1)).toBe(250);
    fail();
    expect(delays.at(-1)).toBe(500);

    const unwatched = connect(10);
    for (let i = 0; i < 30; i++) {
      vi.advanceTimersByTime(1000);
      unwatched.events.alive();
    }
    fail();
    expect(delays.at(-1)).toBe(250);
  });

  it("begins a new epoch at most once per second, however often the relay requests that (P-34)", async () => {
    const socket = connect();
    const refresh = encodeControl({ type: "refresh" });
    let epochs = 0;
    for (let ms = 0; ms < 5000; ms += 10) {
      for (let i = 0; i < 20; i++) socket.events.message(refresh);
      const session = await publisher.turn();
      if (!session) throw new Error("no turn");
      if (session.needsWhole(picture.stream, picture.subject)) epochs++;
      session.publish(picture, Date.now());
      socket.events.message(encodeAck(ms / 10 + 1));
      vi.advanceTimersByTime(10);
    }
    // The first picture, the first request, and then one for each second.
    expect(epochs).toBe(5);
    vi.advanceTimersByTime(1000);
    const session = await publisher.turn();
    expect(session?.needsWhole(picture.stream, picture.subject)).toBe(true);
  });

  it("commits nothing that the socket did not accept", async () => {
    const socket = connect();
    const session = await publisher.turn();
    if (!session) throw new Error("no turn");
    socket.accepts = false;
    expect(session.publish(picture, Date.now())).toBeUndefined();
    expect(session.sender.sentCount).toBe(0);
    expect(session.needsWhole(picture.stream, picture.subject)).toBe(true);
  });

  it("ends half a second after a stop even if the other side never replies", async () => {
    const socket = connect();
    publisher.stop();
    vi.advanceTimersByTime(500);
    expect(await ending).toEqual({ kind: "stopped" });
    expect(socket.closes).toEqual([1000]);
  });
});
