/** The age of the picture that a player shows: when it is reported, and from when it counts. */
import { describe, expect, it } from "vitest";
import { settle } from "../../test/fakes.ts";
import { KEYFRAME, playing, STREAM, stage, TILES } from "../../test/stage.ts";

describe("the picture's age", () => {
  it("is reported when a live host is silent for more than 5 s, until it continues", async () => {
    const { socket, player, timing } = await playing();
    const beat = () => socket.receive({ type: "viewers", count: 1 });
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
    socket.receive({ type: "producer", state: "offline", since: 0 });
    const relayAt = timing.now() + 777_000;
    socket.receive({ type: "pong", sentAt: timing.now(), relayAt });
    socket.receive({ type: "stream", epoch: 1, stream: STREAM });
    socket.update({ ...KEYFRAME, capturedAt: relayAt - 190_000 });
    await settle();
    timing.advance(1000);
    expect(player.getSnapshot().ageS).toBe(191);
  });

  it("notifies no listener while nothing that is shown changes", async () => {
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
    socket.drop(1006);
    expect(calls).toBe(0);
  });
});
