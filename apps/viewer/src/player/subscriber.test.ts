import { encodeAck } from "@screen-share/protocol";
import { encodeWhole, screenLike } from "@screen-share/protocol/testing";
import { describe, expect, it } from "vitest";
import { type FakeNetwork, settle } from "../../test/fakes.ts";
import { KEYFRAME, SIZE, STREAM, stage, TILES } from "../../test/stage.ts";
import { PICTURE_GRACE_MS } from "./subscriber.ts";

describe("updates", () => {
  it("are acknowledged after they were drawn, not before", async () => {
    const { screen, network, counts } = stage();
    const socket = network.newest;
    screen.slow = true;
    socket.join();
    socket.receive({ type: "stream", epoch: 1, stream: STREAM });
    socket.update(KEYFRAME);
    await settle();
    expect(socket.acks).toEqual([]);
    screen.finish();
    await settle();
    expect(socket.acks).toEqual([1]);
    expect(counts).toEqual([1]);
  });

  it("that come during a drawing are drawn and acknowledged together", async () => {
    const { screen, network, counts } = stage();
    const socket = network.newest;
    screen.slow = true;
    socket.join();
    socket.receive({ type: "stream", epoch: 1, stream: STREAM });
    socket.update(KEYFRAME);
    for (let i = 0; i < 5; i++) socket.update({ tiles: TILES.slice(i, i + 1) });
    for (let i = 0; i < 2; i++) {
      screen.finish();
      await settle();
    }
    expect(socket.acks).toEqual([1, 6]);
    expect(counts).toEqual([1, 6]);
    expect(screen.drawn.at(-1)).toBe(6);
  });

  it("of a first picture that is not whole yet are drawn and acknowledged, or the rest would never come (P-98)", async () => {
    const { screen, network, player } = stage();
    const socket = network.newest;
    socket.join();
    socket.receive({ type: "stream", epoch: 1, stream: STREAM });
    socket.update({ cut: true, tiles: TILES.slice(0, 2) });
    await settle();
    expect(socket.acks).toEqual([1]);
    expect(screen.drawn).toEqual([1]);
    expect(player.getSnapshot().picture).toBe(screen.size);
    socket.update({ tiles: TILES.slice(2) });
    await settle();
    expect(socket.acks).toEqual([1, 2]);
    expect(player.getSnapshot().picture).toBe(screen.size);
  });

  it("that cannot be decoded are acknowledged, but the picture does not count as current", async () => {
    const { screen, network, player, counts } = stage();
    const socket = network.newest;
    socket.join();
    socket.receive({ type: "stream", epoch: 1, stream: STREAM });
    screen.blind = true;
    socket.update(KEYFRAME);
    await settle();
    expect(socket.acks).toEqual([1]);
    expect(counts).toEqual([]);
    expect(player.getSnapshot().picture).toBeUndefined();
  });

  it("that a bug keeps from being drawn end the connection, so that the next one starts from nothing", async () => {
    const { screen, network, state } = stage();
    const socket = network.newest;
    socket.join();
    socket.receive({ type: "stream", epoch: 1, stream: STREAM });
    screen.broken = true;
    socket.update(KEYFRAME);
    await settle();
    expect(socket.acks).toEqual([]);
    expect(state()).toBe("disconnected");
  });

  it("before any stream, of a wrong epoch, or of garbage end the connection, and the next one tries", () => {
    const bad = [
      (socket: FakeNetwork["newest"]) => socket.update(KEYFRAME),
      (socket: FakeNetwork["newest"]) => {
        socket.receive({ type: "stream", epoch: 2, stream: STREAM });
        socket.update(KEYFRAME);
      },
      (socket: FakeNetwork["newest"]) => socket.events.message(new Uint8Array(0)),
      (socket: FakeNetwork["newest"]) => socket.events.message(encodeAck(3)),
      (socket: FakeNetwork["newest"]) => socket.events.message("{"),
      (socket: FakeNetwork["newest"]) => socket.events.message('{"type":"viewers","count":-1}'),
    ];
    const { network, timing, state } = stage();
    for (const talk of bad) {
      const socket = network.newest;
      socket.join();
      talk(socket);
      expect(socket.closedWith?.code).toBe(4400);
      expect(state()).toBe("disconnected");
      timing.advance(10_000);
      expect(network.newest).not.toBe(socket);
    }
  });

  it("of nonsense right after the welcome do not set the backoff back", () => {
    const { network, timing, player } = stage();
    const delays = Array.from({ length: 4 }, () => {
      network.newest.join();
      network.newest.events.message("{");
      const { connection } = player.getSnapshot();
      const delay = connection.state === "disconnected" ? connection.retryAt - timing.now() : 0;
      timing.advance(delay);
      return delay;
    });
    expect(delays).toEqual([750, 1500, 3000, 3000]);
  });

  it("takes whole JPEGs as they are", async () => {
    const { network, screen } = stage();
    const socket = network.newest;
    socket.join();
    socket.receive({ type: "stream", epoch: 1, stream: { codec: "jpeg", ...SIZE, tables: [] } });
    const bytes = encodeWhole(screenLike(SIZE));
    socket.update({ keyframe: true, tiles: [{ index: 0, table: 0, bytes }] });
    await settle();
    expect(screen.size).toMatchObject(SIZE);
  });
});

describe("signs of life", () => {
  it("are requested every 5 s, and 15 s without any end the connection", () => {
    const { network, timing, state } = stage();
    const socket = network.newest;
    socket.join();
    expect(socket.sentOf("ping")).toHaveLength(1);
    timing.advance(14_000);
    expect(socket.sentOf("ping")).toHaveLength(3);
    expect(state()).toBe("connected");
    timing.advance(1000);
    expect(socket.closedWith?.code).toBe(4408);
    expect(state()).toBe("disconnected");
  });

  it("may be of any kind", () => {
    const { network, timing, state } = stage();
    network.newest.join();
    for (let i = 0; i < 10; i++) {
      timing.advance(10_000);
      network.newest.receive({ type: "viewers", count: i });
    }
    expect(state()).toBe("connected");
  });

  it("are missed too while the connection is still being made", () => {
    const { network, timing } = stage();
    timing.advance(16_000);
    expect(network.sockets.length).toBeGreaterThan(1);
    expect(network.newest.sent).toEqual([]);
  });

  it("are neither requested nor missed while the page is hidden", () => {
    const { network, player, timing, state } = stage();
    const socket = network.newest;
    socket.join();
    player.setVisible(false);
    expect(socket.sentOf("visibility")).toEqual([{ type: "visibility", visible: false }]);
    timing.advance(600_000);
    expect(state()).toBe("connected");
    expect(socket.sentOf("ping")).toHaveLength(1);
    player.setVisible(true);
    expect(socket.sentOf("ping")).toHaveLength(2);
    timing.advance(14_000);
    expect(state()).toBe("connected");
    timing.advance(1000);
    expect(state()).toBe("disconnected");
  });

  it("are judged by the clock: after a night's sleep the first tick ends the connection", () => {
    const { network, timing, state } = stage();
    network.newest.join();
    timing.sleep(8 * 3600_000);
    expect(state()).toBe("disconnected");
  });

  it("may be missing for longer while a whole picture is due, and then for as long as the link has shown to need", () => {
    const { network, timing, state } = stage();
    network.newest.join();
    network.newest.receive({ type: "stream", epoch: 1, stream: STREAM });
    timing.advance(10_000);
    network.newest.update(KEYFRAME);
    timing.advance(15_000 + 2 * 10_000 - 1000);
    expect(state()).toBe("connected");
    timing.advance(1000);
    expect(state()).toBe("disconnected");

    timing.advance(1000);
    network.newest.join();
    network.newest.receive({ type: "stream", epoch: 1, stream: STREAM });
    timing.advance(15_000 + PICTURE_GRACE_MS - 1000);
    expect(state()).toBe("connected");
    // The clock is looked at once a second.
    timing.advance(2000);
    expect(state()).toBe("disconnected");
  });

  it("may be missing no longer than ever on a fast link", () => {
    const { network, timing, state } = stage();
    network.newest.join();
    network.newest.receive({ type: "stream", epoch: 1, stream: STREAM });
    timing.advance(5);
    network.newest.update(KEYFRAME);
    timing.advance(9000);
    network.newest.update({ tiles: TILES.slice(0, 1) });
    timing.advance(14_000);
    expect(state()).toBe("connected");
    timing.advance(2000);
    expect(state()).toBe("disconnected");
  });

  it("include the report to the relay that the page is hidden", () => {
    const { network } = stage({ visible: false });
    network.newest.join();
    expect(network.newest.sent.slice(0, 2)).toEqual([
      { type: "hello", room: "main" },
      { type: "visibility", visible: false },
    ]);
  });
});
