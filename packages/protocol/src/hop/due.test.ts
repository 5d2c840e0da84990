import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeTiles, screenLike } from "../../test/pictures.ts";
import { FrameStore } from "../picture/frame-store.ts";
import { encodeUpdate } from "../wire/update.ts";
import { dueTiles, grantUpdate, UPDATE_HEADER_BYTES, updateLength } from "./due.ts";
import { SentTiles } from "./sent-tiles.ts";
import { Window } from "./window.ts";

const SIZE = { width: 300, height: 80 };
const { tables, tiles } = encodeTiles(screenLike(SIZE));
const TIMES = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };

function filledStore(): FrameStore {
  const store = new FrameStore({ codec: "jpeg-tiles", ...SIZE, tables: [tables] });
  store.apply({ keyframe: true, cut: false, epoch: 1, ...TIMES, tiles });
  return store;
}

/** A window that grants this much each time. */
const granting = (bytes: number) => ({
  grant: (pending: number) => Math.min(pending, bytes),
  inFlight: 0,
  size: bytes,
});

describe("what is due", () => {
  it("is no longer than estimated", () => {
    const lengths = tiles.map(({ bytes }) => bytes.length);
    const update = { keyframe: true, cut: false, epoch: 1, ...TIMES, tiles };
    expect(encodeUpdate(update).length).toBeLessThanOrEqual(updateLength(lengths));
  });

  it("is everything in the end, each tile once, in updates no longer than granted, except single tiles", () => {
    const store = filledStore();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1 }), (grants) => {
        const sent = new SentTiles(store.tileCount);
        const seen: number[] = [];
        for (let turn = 0, cut = true; cut; turn++) {
          const granted = grants[turn % grants.length] ?? 1;
          const due = dueTiles(store, { sent, first: false, window: granting(granted), now: 0 });
          if (!due) throw new Error("it was granted something");
          const bytes = updateLength(due.tiles.map((tile) => tile.bytes.length));
          const room = Math.max(granted, UPDATE_HEADER_BYTES);
          expect(bytes <= room || due.tiles.length === 1).toBe(true);
          for (const { index } of due.tiles) seen.push(index);
          due.commit();
          cut = due.cut;
          expect(cut).toBe(seen.length < store.tileCount);
        }
        expect(seen.toSorted((a, b) => a - b)).toEqual(tiles.map(({ index }) => index));
      }),
    );
  });

  it("is nothing if the window grants nothing", () => {
    const store = filledStore();
    const sent = new SentTiles(store.tileCount);
    expect(dueTiles(store, { sent, first: false, window: granting(0), now: 0 })).toBeUndefined();
  });

  it("is the whole of a small first picture, but not of a later one of the same length", () => {
    const window = new Window();
    const bytes = window.size - 1;
    expect(grantUpdate(window, { bytes, first: true, now: 0 })).toBe(bytes);
    expect(grantUpdate(window, { bytes, first: false, now: 0 })).toBeLessThan(bytes);
  });
});
