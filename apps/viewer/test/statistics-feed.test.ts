import { describe, expect, it } from "vitest";
import { BottleneckWatch } from "../src/statistics/core/bottleneck.ts";
import { settle } from "./fakes.ts";
import { KEYFRAME, playing, STREAM, TILES } from "./stage.ts";

describe("a player's statistics", () => {
  it("are made once a second, only while there are listeners", async () => {
    const { player, socket, timing } = await playing();
    let made = 0;
    timing.advance(3000);
    expect(player.getStatistics()).toBeUndefined();
    const stop = player.subscribeStatistics(() => made++);
    socket.update({ tiles: TILES.slice(0, 1) });
    await settle();
    expect(player.getStatistics()).toBeUndefined();
    timing.advance(1000);
    const first = player.getStatistics();
    expect(first).toMatchObject({ updatesPerSecond: 1, paintedFps: 1, codec: "jpeg-tiles" });
    timing.advance(2000);
    expect(made).toBe(3);
    stop();
    timing.advance(2000);
    expect(made).toBe(3);
    expect(player.getStatistics()).toBeUndefined();
    const stopAgain = player.subscribeStatistics(() => made++);
    timing.advance(1000);
    expect(player.getStatistics()).toMatchObject({ updatesPerSecond: 0, history: { length: 1 } });
    stopAgain();
  });

  it("restart only when the last listener has left", async () => {
    const { player, timing } = await playing();
    const stops = [1, 2].map(() => player.subscribeStatistics(() => {}));
    timing.advance(2000);
    stops[0]?.();
    timing.advance(1000);
    expect(player.getStatistics()?.history).toHaveLength(3);
    stops[1]?.();
    expect(player.getStatistics()).toBeUndefined();
  });

  it("are plain values, with only the picture's size and the whole length of messages", async () => {
    const { player, socket, timing } = await playing();
    player.subscribeStatistics(() => {});
    socket.update(KEYFRAME);
    socket.receive({ type: "pong", sentAt: timing.now() - 7, relayAt: timing.now() });
    await settle();
    timing.advance(1000);
    const made = player.getStatistics();
    const { width, height } = STREAM;
    expect(made?.picture).toEqual({ width, height });
    const bytes = TILES.reduce((sum, tile) => sum + tile.bytes.length, 0);
    expect(made?.updateBytes).toBeGreaterThan(bytes + 30);
    expect(made?.updateBytes).toBeLessThan(bytes + 30 + 5 * (TILES.length + 1));
    expect(made?.roundTripMs).toBe(7);
    expect(structuredClone(made)).toEqual(made);
  });

  it("include the time of drawing and the number of decoding errors", async () => {
    const { player, socket, timing, screen } = await playing();
    player.subscribeStatistics(() => {});
    screen.slow = true;
    socket.update({ tiles: TILES.slice(0, 1) });
    socket.update({ tiles: TILES.slice(1, 2) });
    socket.update({ tiles: TILES.slice(2, 3) });
    timing.advance(100);
    screen.finish();
    await settle();
    timing.advance(200);
    screen.finish();
    await settle();
    screen.undecodable = 2;
    timing.advance(700);
    const made = player.getStatistics();
    expect(made).toMatchObject({ paintedFps: 2, mergedPerSecond: 1, undecodable: 2 });
    expect(made?.drawingShare).toBeCloseTo(0.3);
    expect(made?.latency.decodeMs).toBe(200);
  });

  it("know how long the connection existed and the page was hidden, whenever they are opened", async () => {
    const { player, socket, network, timing } = await playing();
    timing.advance(4000);
    player.setVisible(false);
    timing.advance(2000);
    player.setVisible(true);
    player.setVisible(true);
    socket.drop(1006);
    timing.advance(1000);
    network.newest.join();
    player.subscribeStatistics(() => {});
    timing.advance(5000);
    expect(player.getStatistics()).toMatchObject({ losses: 1, hiddenS: 2, visible: true });
    expect(player.getStatistics()?.connectedS).toBeCloseTo(5, 0);
    network.newest.drop(1006);
    player.setVisible(false);
    timing.advance(1000);
    expect(player.getStatistics()).toMatchObject({ losses: 2, visible: false });
    expect(player.getStatistics()?.connectedS).toBeUndefined();
    const statistics = player.getStatistics();
    expect(statistics && new BottleneckWatch().next(statistics).kind).toBe("relay");
  });

  it("end with the player", async () => {
    const { player, timing } = await playing();
    let made = 0;
    player.subscribeStatistics(() => made++);
    player.stop();
    timing.advance(3000);
    expect(made).toBe(0);
    expect(timing.pendingCount).toBe(0);
  });
});
