/** A player whose connection is lost: when it tries again, and what it shows meanwhile. */
import { describe, expect, it } from "vitest";
import { settle } from "../../test/fakes.ts";
import { KEYFRAME, playing, STREAM, stage, TILES } from "../../test/stage.ts";

describe("a lost connection", () => {
  it("is tried again after 1 s at first and 4 s at most, counting down", () => {
    const { network, timing, player, state } = stage();
    const delays: number[] = [];
    for (let i = 0; i < 8; i++) {
      network.newest.drop(1006);
      const { connection, retryInS } = player.getSnapshot();
      if (connection.state !== "disconnected") throw new Error("it is lost");
      const delay = connection.retryAt - timing.now();
      expect(retryInS).toBe(Math.ceil(delay / 1000));
      delays.push(delay);
      timing.advance(delay - 1);
      expect(state()).toBe("disconnected");
      timing.advance(1);
      expect(state()).toBe("connecting");
    }
    expect(delays).toEqual([750, 1500, 3000, 3000, 3000, 3000, 3000, 3000]);
  });

  it("begins to wait from 1 s again only after a connection that drew a picture or lasted 30 s (P-41)", async () => {
    const { network, timing, player } = stage();
    /** How long it waits after this connection. */
    const waitedMs = () => {
      network.newest.drop(1012);
      const { connection } = player.getSnapshot();
      if (connection.state !== "disconnected") throw new Error("it is lost");
      const delay = connection.retryAt - timing.now();
      timing.advance(delay);
      return delay;
    };
    expect([waitedMs(), waitedMs(), waitedMs()]).toEqual([750, 1500, 3000]);
    network.newest.join();
    expect(waitedMs()).toBe(3000);

    const drawn = network.newest;
    drawn.join();
    drawn.receive({ type: "stream", epoch: 0, stream: STREAM });
    drawn.update({ ...KEYFRAME, epoch: 0 });
    await settle();
    expect(drawn.acks).toEqual([1]);
    expect([waitedMs(), waitedMs()]).toEqual([750, 1500]);

    network.newest.join();
    for (let s = 0; s < 30; s += 10) {
      timing.advance(10_000);
      network.newest.receive({ type: "viewers", count: s });
    }
    expect(waitedMs()).toBe(750);
  });

  it("is tried again at once when the network is back or the page becomes visible", () => {
    const { network, player, timing } = stage();
    network.newest.drop(1006);
    player.online();
    expect(network.sockets).toHaveLength(2);
    timing.advance(60); // the timer of the first delay was called off
    network.newest.drop(1006);
    player.setVisible(false);
    expect(network.sockets).toHaveLength(2);
    player.setVisible(true);
    player.setVisible(true);
    player.online();
    expect(network.sockets).toHaveLength(3);
    timing.advance(10_000);
    expect(network.sockets).toHaveLength(3);
  });

  it("leaves the picture, its age counting up, until the next connection has brought it up to date", async () => {
    const { socket, network, player, screen, timing } = await playing();
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, ageS: undefined });
    socket.drop(1006);
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, ageS: 0 });
    timing.advance(3000);
    const again = network.newest;
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, ageS: 3 });
    again.join();
    again.receive({ type: "stream", epoch: 0, stream: STREAM });
    again.update({ ...KEYFRAME, epoch: 0 });
    await settle();
    expect(again.acks).toEqual([1]);
    expect(screen.drawn.at(-1)).toBe(2);
    expect(player.getSnapshot().ageS).toBeUndefined();
  });

  it("during a drawing sends no ack anywhere, and still shows what was applied", async () => {
    const { socket, network, screen, counts, timing } = await playing();
    screen.slow = true;
    socket.update({ tiles: TILES.slice(0, 1) });
    socket.update({ tiles: TILES.slice(1, 2) });
    await settle();
    socket.drop(1006);
    timing.advance(1000);
    network.newest.join();
    for (let i = 0; i < 3; i++) {
      screen.finish();
      await settle();
    }
    expect(network.sockets.map(({ acks }) => acks)).toEqual([[1], []]);
    expect(screen.drawn.at(-1)).toBe(3);
    expect(counts).toEqual([1]);
  });

  it("that is replaced has no effect any more", async () => {
    const { socket, network, player, timing, screen } = await playing();
    socket.drop(1006);
    timing.advance(1000);
    network.newest.join();
    const before = player.getSnapshot();
    const drawn = screen.drawn.length;
    socket.events.opened();
    socket.receive({ type: "producer", state: "offline", since: 0 });
    socket.update(KEYFRAME);
    socket.events.message("garbage");
    socket.drop(4401);
    await settle();
    expect(player.getSnapshot()).toBe(before);
    expect(screen.drawn).toHaveLength(drawn);
    expect(socket.closedWith?.code ?? 1000).toBe(1000);
  });

  it("with a code that trying again cannot fix is the end, until a retry is requested", () => {
    const { network, player, timing, state } = stage();
    for (const code of [4400, 4401, 4403, 4413]) {
      network.newest.join();
      network.newest.drop(code);
      expect(state()).toBe("ended");
      const dialled = network.sockets.length;
      timing.advance(60_000);
      player.online();
      player.setVisible(false);
      player.setVisible(true);
      expect(network.sockets).toHaveLength(dialled);
      player.retry();
      expect(state()).toBe("connecting");
    }
  });
});

it("knows the relay's typed reason even if the connection is lost before the close frame (P-43)", () => {
  const { network, player, timing, state } = stage();
  player.enter("main", "a.b.c");
  network.newest.join();
  network.newest.receive({ type: "closing", reason: "expired" });
  network.newest.drop(1006);
  expect(player.getSnapshot().connection).toEqual({
    state: "ended",
    ending: { kind: "expired", reason: "expired" },
  });
  const dialled = network.sockets.length;
  timing.advance(60_000);
  expect(network.sockets).toHaveLength(dialled);
  // The reason belongs to that connection alone.
  player.retry();
  network.newest.drop(1006);
  expect(state()).toBe("disconnected");
});

it("remembers that it was let in for as long as it stays in the room", () => {
  const { network, player, timing } = stage();
  const kind = () => {
    const { connection } = player.getSnapshot();
    return connection.state === "disconnected" ? connection.loss.kind : connection.state;
  };
  network.newest.drop(1006);
  expect(kind()).toBe("unreachable");
  timing.advance(1000);
  network.newest.join();
  network.newest.drop(1006);
  expect(kind()).toBe("lost");
  timing.advance(4000);
  network.newest.drop(1006);
  expect(kind()).toBe("lost");
  player.enter("other");
  expect(player.getSnapshot().connection).toEqual({ state: "connecting", after: undefined });
  network.newest.drop(1006);
  expect(kind()).toBe("unreachable");
});
