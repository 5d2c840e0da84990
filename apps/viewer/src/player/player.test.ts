/** A player enters rooms, leaves them, and ends: with a reason, or because its host has stopped. */
import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import { describe, expect, it } from "vitest";
import { FakeScreen, settle } from "../../test/fakes.ts";
import { KEYFRAME, playing, STREAM, stage, TILES } from "../../test/stage.ts";
import { Player } from "./player.ts";

describe("joining", () => {
  it("sends hello first, then goes from connecting to waiting to connected", () => {
    const { network, state } = stage({ room: "demo" });
    const socket = network.newest;
    expect(state()).toBe("connecting");
    socket.events.opened();
    expect(socket.sent).toEqual([{ type: "hello", room: "demo" }]);
    socket.receive({ type: "welcome", room: "demo" });
    expect(state()).toBe("waiting");
    socket.receive({ type: "producer", state: "live", since: 0 });
    socket.receive({ type: "viewers", count: 3 });
    socket.events.message('{"type":"of a newer relay"}');
    expect(socket.closedWith).toBeUndefined();
    expect(state()).toBe("connected");
  });

  it("ends with a reason if the name is not valid, and continues when another is entered", () => {
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
      expect(network.newest.sent).toEqual([{ type: "hello", room: "demo", token: "a.b.c" }]);
      network.newest.drop(1006);
      timing.advance(1000);
    }
    expect(JSON.stringify(player.getSnapshot())).not.toContain("a.b.c");
  });

  it("enters the same room again with another token, and keeps its picture meanwhile", async () => {
    const { network, player, socket } = await playing();
    player.enter("main");
    expect(network.sockets).toHaveLength(1);
    player.enter("main", "new");
    expect(socket.closedWith?.code).toBe(1000);
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, ageS: 0 });
    network.newest.events.opened();
    expect(network.newest.sent).toEqual([{ type: "hello", room: "main", token: "new" }]);
    player.enter("main", "new");
    expect(network.sockets).toHaveLength(2);
  });

  it.each([4401, 4403])(
    "shows the last picture no longer once its link is no good (%i, P-36)",
    async (code) => {
      const { player, socket } = await playing();
      expect(player.getSnapshot().picture).toEqual(STREAM);
      socket.drop(code);
      await settle();
      expect(player.getSnapshot()).toMatchObject({ picture: undefined, ageS: undefined });
    },
  );

  it("enters a room that had ended again, whatever the token", () => {
    const { network, player, state } = stage();
    network.newest.drop(4401);
    expect(player.getSnapshot().connection).toMatchObject({
      state: "ended",
      ending: { kind: "no-token" },
    });
    player.enter("main", "expired");
    network.newest.drop(4401);
    expect(state()).toBe("ended");
    player.enter("main", "expired");
    expect(state()).toBe("connecting");
    expect(network.sockets).toHaveLength(3);
  });

  it("keeps trying if the room or the relay is full, and reports that", () => {
    const { network, player, timing } = stage();
    network.newest.receive({ type: "closing", reason: "room-full" });
    network.newest.drop(4429, "the room is full: it takes 1 at most");
    const full = { kind: "room-full", since: timing.now() };
    expect(player.getSnapshot().connection).toMatchObject({ state: "disconnected", loss: full });
    timing.advance(1000);
    expect(network.sockets).toHaveLength(2);
    expect(player.getSnapshot().connection).toEqual({ state: "connecting", after: full });
    network.newest.drop(1006);
    expect(player.getSnapshot().connection).toMatchObject({ loss: { kind: "unreachable" } });
  });

  it("leaves a room with its picture, and hears nothing more from it", async () => {
    const { screen, network, player, socket } = await playing();
    screen.slow = true;
    socket.update({ tiles: TILES.slice(0, 1) });
    player.enter("other");
    expect(socket.closedWith?.code).toBe(1000);
    expect(player.getSnapshot()).toMatchObject({ room: "other", picture: undefined });
    socket.receive({ type: "viewers", count: 9 });
    socket.update({ tiles: TILES });
    screen.finish();
    await settle();
    expect(socket.acks).toEqual([1]);
    expect(network.newest).not.toBe(socket);
    player.enter("other");
    expect(network.sockets).toHaveLength(2);
    network.newest.drop(1006);
    screen.finish();
    await settle();
    expect(screen.size).toBeUndefined();
  });

  it("ends where the browser refuses to dial at all", () => {
    const timing = new FakeTime(1_000_000);
    const screen = new FakeScreen();
    const onDrawn = () => {};
    const open = () => undefined;
    const player = new Player({ open, screen, timing, visible: true, onDrawn });
    player.enter("main");
    expect(player.getSnapshot().connection).toMatchObject({
      state: "ended",
      ending: { kind: "blocked" },
    });
  });
});

it("takes the picture down when the host has stopped on purpose, and shows the next one (P-37)", async () => {
  const { socket, player, screen } = await playing();
  screen.slow = true;
  socket.update({ tiles: TILES.slice(0, 1) });
  socket.receive({ type: "producer", state: "offline", since: 0, stopped: true });
  expect(player.getSnapshot()).toMatchObject({
    connection: { state: "waiting", host: "stopped" },
    picture: undefined,
    ageS: undefined,
  });
  screen.finish();
  await settle();
  expect(player.getSnapshot().picture).toBeUndefined();
  screen.slow = false;
  socket.receive({ type: "producer", state: "live", since: 0 });
  socket.receive({ type: "stream", epoch: 2, stream: STREAM });
  socket.update({ ...KEYFRAME, epoch: 2 });
  await settle();
  expect(player.getSnapshot()).toMatchObject({
    connection: { state: "connected" },
    picture: STREAM,
  });
  expect(socket.closedWith).toBeUndefined();
});

it("leaves no timer and no socket behind when it is stopped", () => {
  const { network, player, timing } = stage();
  network.newest.drop(1006);
  player.stop();
  expect(timing.pendingCount).toBe(0);
  const other = stage();
  other.player.stop();
  expect(other.network.newest.closedWith?.code).toBe(1000);
  other.network.newest.events.opened();
  expect(other.network.newest.sent).toEqual([]);
  expect(other.timing.pendingCount).toBe(0);
});

it("reports that updates cannot be decoded, until one can or another room is entered", async () => {
  const { socket, player, screen } = await playing();
  const undecodable = () => player.getSnapshot().undecodable;
  screen.blind = true;
  socket.update({ tiles: TILES.slice(0, 1) });
  await settle();
  expect(undecodable()).toBe(true);
  screen.blind = false;
  socket.update({ tiles: TILES.slice(0, 1) });
  await settle();
  expect(undecodable()).toBe(false);
  screen.blind = true;
  socket.update({ tiles: TILES.slice(0, 1) });
  await settle();
  player.enter("other");
  expect(undecodable()).toBe(false);
});

it("knows that nothing was heard since the browser lost its network, until something is", async () => {
  const { player, socket } = await playing();
  const unheard = () => player.getSnapshot().unheard;
  expect(unheard()).toBe(false);
  player.offline();
  expect(unheard()).toBe(true);
  // A relay on this machine answers all the same.
  const ping = socket.sent.at(-1);
  expect(ping).toMatchObject({ type: "ping" });
  socket.receive({ type: "pong", sentAt: 0, relayAt: 0 });
  expect(unheard()).toBe(false);
  player.offline();
  socket.update(KEYFRAME);
  expect(unheard()).toBe(false);
});
