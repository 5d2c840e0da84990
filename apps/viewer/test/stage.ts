/** A player with everything around it faked: what its tests and its subscriber's begin with. */
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import { Player } from "../src/player/player.ts";
import { FakeNetwork, FakeScreen, settle } from "./fakes.ts";

export const SIZE = { width: 200, height: 20 };
const { tables, tiles } = encodeTiles(screenLike(SIZE));
export const STREAM = { codec: "jpeg-tiles" as const, ...SIZE, tables: [tables] };
export const TILES = tiles;
export const KEYFRAME = { keyframe: true, tiles };

/** A player in a room, on a network and a screen that a test controls. */
export function stage(options: { visible?: boolean; room?: string | undefined } = {}) {
  const timing = new FakeTime(1_000_000);
  const network = new FakeNetwork();
  const screen = new FakeScreen();
  const counts: number[] = [];
  const player = new Player({
    open: network.open,
    screen,
    timing,
    visible: options.visible ?? true,
    onDrawn: (updates) => counts.push(updates),
  });
  player.enter("room" in options ? options.room : "main");
  const state = () => player.getSnapshot().connection.state;
  return { timing, network, screen, counts, player, state };
}

export async function playing() {
  const staged = stage();
  const socket = staged.network.newest;
  socket.join();
  socket.receive({ type: "stream", epoch: 1, stream: STREAM });
  socket.update(KEYFRAME);
  await settle();
  return { ...staged, socket };
}
