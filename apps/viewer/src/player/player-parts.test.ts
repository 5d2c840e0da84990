/** A picture that arrives in parts: what the player shows of it meanwhile, and what it calls it. */
import { EMPTY_TILE } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { settle } from "../../test/fakes.ts";
import { playing, STREAM, stage, TILES } from "../../test/stage.ts";

describe("a picture that comes in parts (P-98)", () => {
  it("counts what has arrived of the first one, draws it meanwhile, and is live once it is whole", async () => {
    const { network, player } = stage();
    const socket = network.newest;
    socket.join();
    socket.receive({ type: "stream", epoch: 1, stream: STREAM });
    expect(player.getSnapshot()).toMatchObject({ picture: undefined });
    const half = Math.floor(TILES.length / 2);
    socket.update({ tiles: TILES.slice(0, half), cut: true });
    await settle();
    const percent = Math.floor((100 * half) / TILES.length);
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, arriving: percent });
    socket.update({ tiles: TILES.slice(half) });
    await settle();
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, arriving: undefined });
  });

  it("keeps the current picture until the next one is complete, and counts that one (P-35)", async () => {
    const { player, socket, screen } = await playing();
    const other = { ...STREAM, height: STREAM.height + 8 };
    const tiles = [...TILES, { index: TILES.length, table: 0, bytes: EMPTY_TILE }];
    const before = screen.size;
    socket.receive({ type: "stream", epoch: 2, stream: other });
    socket.update({ epoch: 2, tiles: tiles.slice(0, 1), cut: true });
    await settle();
    expect(player.getSnapshot().arriving).toBeGreaterThan(0);
    expect(player.getSnapshot().picture).toBe(before);
  });

  it("does not call a part of a picture live while the next connection has not described its own", async () => {
    const { network, player, timing } = stage();
    network.newest.join();
    network.newest.receive({ type: "stream", epoch: 1, stream: STREAM });
    network.newest.update({ tiles: TILES.slice(0, 1), cut: true });
    await settle();
    network.newest.drop(1006);
    timing.advance(1000);
    network.newest.join();
    expect(player.getSnapshot()).toMatchObject({ picture: STREAM, arriving: 0 });
  });

  it("is behind while its updates have been cut for a second", async () => {
    const { player, socket, timing } = await playing();
    timing.advance(2000);
    expect(player.getSnapshot().behind).toBe(false);
    socket.update({ tiles: TILES.slice(0, 1), cut: true });
    await settle();
    expect(player.getSnapshot().behind).toBe(false);
    timing.advance(2000);
    expect(player.getSnapshot().behind).toBe(true);
    socket.update({ tiles: TILES.slice(1, 2) });
    await settle();
    timing.advance(2000);
    expect(player.getSnapshot().behind).toBe(false);
  });
});
