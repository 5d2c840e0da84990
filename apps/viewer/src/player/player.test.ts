import { describe, expect, it } from "vitest";
import { Player } from "./player.ts";
import { FakeScreen, FakeTiming, settle } from "./testing/fakes.ts";
import { KEYFRAME, playing, STREAM, stage, TILES } from "./testing/stage.ts";

describe("joining", () => {
  it("says hello first, then goes from connecting to waiting to connected", () => {
    const { network, state } = stage({ room: "demo" });
    const socket = network.newest;
    expect(state()).toBe("connecting");
    socket.events.opened();
    expect(socket.said).toEqual([{ type: "hello", room: "demo" }]);
    socket.tell({ type: "welcome", room: "demo" });
    expect(state()).toBe("waiting");
    socket.tell({ type: "producer", state: "live", since: 0 });
    socket.tell({ type: "viewers", count: 3 });
    socket.events.message('{"type":"of a newer relay"}');
    expect(socket.closedWith).toBeUndefined();
    expect(state()).toBe("connected");
  });

  it("ends with a reason where the name is no room's, and goes on when another is entered", () => {
    const { network, player, state } = stage({ room: undefined });
    expect(player.getSnapshot().connection).toMatchObject({
      state: "ended",
      ending: { kind: "room-name" },
    });
    player.retry();
    player.online();
    expect(network.sockets).toHaveLength(0);
    player.enter("main");
    expect(state()).toBe("connecting");
  });

  it("shows the token that it was given, at each try", () => {
    const { network, player, timing } = stage();
    player.enter("demo", "a.b.c");
    for (let i = 0; i < 2; i++) {
      network.newest.events.opened();
      expect(network.newest.said).toEqual([{ type: "hello", room: "demo", token: "a.b.c" }]);
      network.newest.events.closed(1006);
      timing.advance(1000);
    }
    expect(JSON.stringify(player.getSnapshot())).not.toContain("a.b.c");
  });

  it("enters the same room anew with another token, its picture standing meanwhile", async () => {
    const { network, player, socket } = await playing();
    player.enter("main");
    expect(network.sockets).toHaveLength(1);
    player.enter("main", "new");
    expect(socket.closedWith?.code).toBe(1000);
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, ageS: 0 });
    network.newest.events.opened();
    expect(network.newest.said).toEqual([{ type: "hello", room: "main", token: "new" }]);
    player.enter("main", "new");
    expect(network.sockets).toHaveLength(2);
  });

  it.each([4401, 4403])(
    "shows the last picture no longer once its link is no good (%i, P-36)",
    async (code) => {
      const { player, socket } = await playing();
      expect(player.getSnapshot().picture).toEqual(STREAM);
      socket.events.closed(code);
      await settle();
      expect(player.getSnapshot()).toMatchObject({ picture: undefined, ageS: undefined });
    },
  );

  it("enters a room that had ended anew, whatever the token", () => {
    const { network, player, state } = stage();
    network.newest.events.closed(4401);
    expect(player.getSnapshot().connection).toMatchObject({
      state: "ended",
      ending: { kind: "no-token" },
    });
    player.enter("main", "expired");
    network.newest.events.closed(4401);
    expect(state()).toBe("ended");
    player.enter("main", "expired");
    expect(state()).toBe("connecting");
    expect(network.sockets).toHaveLength(3);
  });

  it("goes on trying where the room or the relay is full, and says so", () => {
    const { network, player, timing } = stage();
    network.newest.events.closed(4429, "the room is full: it takes 1 at most");
    const full = { kind: "room-full", since: timing.now() };
    expect(player.getSnapshot().connection).toMatchObject({ state: "disconnected", loss: full });
    timing.advance(1000);
    expect(network.sockets).toHaveLength(2);
    expect(player.getSnapshot().connection).toEqual({ state: "connecting", after: full });
    network.newest.events.closed(1006);
    expect(player.getSnapshot().connection).toMatchObject({ loss: { kind: "unreachable" } });
  });

  it("leaves a room with its picture, and hears nothing more from it", async () => {
    const { screen, network, player, socket } = await playing();
    screen.slow = true;
    socket.update({ tiles: TILES.slice(0, 1) });
    player.enter("other");
    expect(socket.closedWith?.code).toBe(1000);
    expect(player.getSnapshot()).toMatchObject({ room: "other", picture: undefined });
    socket.tell({ type: "viewers", count: 9 });
    socket.update({ tiles: TILES });
    screen.finish();
    await settle();
    expect(socket.acks).toEqual([1]);
    expect(network.newest).not.toBe(socket);
    player.enter("other");
    expect(network.sockets).toHaveLength(2);
    network.newest.events.closed(1006);
    screen.finish();
    await settle();
    expect(screen.size).toBeUndefined();
  });

  it("ends where the browser refuses to dial at all", () => {
    const timing = new FakeTiming();
    const screen = new FakeScreen();
    const onDrawn = () => {};
    const connect = () => undefined;
    const player = new Player({ connect, screen, timing, visible: true, onDrawn });
    player.enter("main");
    expect(player.getSnapshot().connection).toMatchObject({
      state: "ended",
      ending: { kind: "blocked" },
    });
  });
});

describe("a lost connection", () => {
  it("is tried again after 1 s at first and 4 s at most, counting down", () => {
    const { network, timing, player, state } = stage();
    const delays: number[] = [];
    for (let i = 0; i < 8; i++) {
      network.newest.events.closed(1006);
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
    network.newest.join();
    network.newest.events.closed(1012);
    expect(player.getSnapshot().connection).toMatchObject({ retryAt: timing.now() + 750 });
  });

  it("is tried again at once when the network is back, or somebody looks", () => {
    const { network, player, timing } = stage();
    network.newest.events.closed(1006);
    player.online();
    expect(network.sockets).toHaveLength(2);
    timing.advance(60); // the timer of the first delay was called off
    network.newest.events.closed(1006);
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
    socket.events.closed(1006);
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, ageS: 0 });
    timing.advance(3000);
    const again = network.newest;
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, ageS: 3 });
    again.join();
    again.tell({ type: "stream", epoch: 0, stream: STREAM });
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
    socket.events.closed(1006);
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

  it("that is replaced has no say any more", async () => {
    const { socket, network, player, timing, screen } = await playing();
    socket.events.closed(1006);
    timing.advance(1000);
    network.newest.join();
    const before = player.getSnapshot();
    const drawn = screen.drawn.length;
    socket.events.opened();
    socket.tell({ type: "producer", state: "offline", since: 0 });
    socket.update(KEYFRAME);
    socket.events.message("garbage");
    socket.events.closed(4401);
    await settle();
    expect(player.getSnapshot()).toBe(before);
    expect(screen.drawn).toHaveLength(drawn);
    expect(socket.closedWith?.code ?? 1000).toBe(1000);
  });

  it("with a code that trying again cannot mend is the end, until somebody asks", () => {
    const { network, player, timing, state } = stage();
    for (const code of [4400, 4401, 4403, 4413]) {
      network.newest.join();
      network.newest.events.closed(code);
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

it("takes the picture down when the host has stopped on purpose, and shows the next one (P-37)", async () => {
  const { socket, player, screen } = await playing();
  screen.slow = true;
  socket.update({ tiles: TILES.slice(0, 1) });
  socket.tell({ type: "producer", state: "offline", since: 0, stopped: true });
  expect(player.getSnapshot()).toMatchObject({
    connection: { state: "waiting", host: "stopped" },
    picture: undefined,
    ageS: undefined,
  });
  screen.finish();
  await settle();
  expect(player.getSnapshot().picture).toBeUndefined();
  screen.slow = false;
  socket.tell({ type: "producer", state: "live", since: 0 });
  socket.tell({ type: "stream", epoch: 2, stream: STREAM });
  socket.update({ ...KEYFRAME, epoch: 2 });
  await settle();
  expect(player.getSnapshot()).toMatchObject({
    connection: { state: "connected" },
    picture: STREAM,
  });
  expect(socket.closedWith).toBeUndefined();
});

it("remembers that it was let in for as long as it stays in the room", () => {
  const { network, player, timing } = stage();
  const kind = () => {
    const { connection } = player.getSnapshot();
    return connection.state === "disconnected" ? connection.loss.kind : connection.state;
  };
  network.newest.events.closed(1006);
  expect(kind()).toBe("unreachable");
  timing.advance(1000);
  network.newest.join();
  network.newest.events.closed(1006);
  expect(kind()).toBe("lost");
  timing.advance(4000);
  network.newest.events.closed(1006);
  expect(kind()).toBe("lost");
  player.enter("other");
  expect(player.getSnapshot().connection).toEqual({ state: "connecting", after: undefined });
  network.newest.events.closed(1006);
  expect(kind()).toBe("unreachable");
});

describe("the picture's age", () => {
  it("is told when a live host falls silent for more than 5 s, and no more when it goes on", async () => {
    const { socket, player, timing } = await playing();
    const beat = () => socket.tell({ type: "viewers", count: 1 });
    timing.advance(5000);
    beat();
    expect(player.getSnapshot().ageS).toBeUndefined();
    timing.advance(1000);
    expect(player.getSnapshot().ageS).toBe(6);
    socket.update({}); // of no tiles: "current as of"
    await settle();
    expect(player.getSnapshot().ageS).toBeUndefined();
  });

  it("counts from the capture, on the relay's clock", async () => {
    const { network, player, timing } = stage();
    const socket = network.newest;
    socket.join();
    socket.tell({ type: "producer", state: "offline", since: 0 });
    const relayAt = timing.now() + 777_000;
    socket.tell({ type: "pong", sentAt: timing.now(), relayAt });
    socket.tell({ type: "stream", epoch: 1, stream: STREAM });
    socket.update({ ...KEYFRAME, capturedAt: relayAt - 190_000 });
    await settle();
    timing.advance(1000);
    expect(player.getSnapshot().ageS).toBe(191);
  });

  it("wakes nobody while nothing that is shown changes", async () => {
    const { socket, player, timing } = await playing();
    let calls = 0;
    const unsubscribe = player.subscribe(() => calls++);
    for (let i = 0; i < 20; i++) {
      socket.update({ tiles: TILES.slice(i % 3, (i % 3) + 1) });
      await settle();
      timing.advance(1000);
    }
    expect(calls).toBe(0);
    unsubscribe();
    socket.events.closed(1006);
    expect(calls).toBe(0);
  });
});

it("leaves no timer and no socket behind when it is stopped", () => {
  const { network, player, timing } = stage();
  network.newest.events.closed(1006);
  player.stop();
  expect(timing.waiting).toBe(0);
  const other = stage();
  other.player.stop();
  expect(other.network.newest.closedWith?.code).toBe(1000);
  other.network.newest.events.opened();
  expect(other.network.newest.said).toEqual([]);
  expect(other.timing.waiting).toBe(0);
});
