import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../test/runs.ts";
import { groupSizeOf, MAX_GROUPS, TileChanges } from "../picture/tile-changes.ts";
import { MAX_OUT_OF_TURN, SentTiles } from "./sent-tiles.ts";

const everything = { maxBytes: Number.POSITIVE_INFINITY, bytesOf: () => 1 };

describe("what a lagging receiver was sent", () => {
  const sizes = fc.constantFrom(1, 7, 500, 512, 513, 1100, 2025, 32_768);
  const step = fc.oneof(
    fc.record({
      do: fc.constant("change" as const),
      tiles: fc.array(fc.nat({ max: 32_767 }), { maxLength: 30 }),
      from: fc.nat({ max: 32_767 }),
      count: fc.constantFrom(0, 0, 10, 200),
    }),
    fc.record({ do: fc.constant("send" as const), asked: fc.nat(80), count: fc.nat(60) }),
    fc.record({ do: fc.constant("ahead" as const), tiles: fc.array(fc.nat({ max: 32_767 })) }),
  );

  it("never reports a tile as newer than it is, whatever the order of changes and cuts, and knows all waiting tiles", () => {
    fc.assert(
      fc.property(sizes, fc.array(step, { maxLength: 60 }), (tileCount, steps) => {
        const changes = new TileChanges(tileCount);
        const sent = new SentTiles(tileCount);
        const really = new Float64Array(tileCount);
        let version = 0;
        for (const taken of steps) {
          if (taken.do === "change") {
            const range = Array.from({ length: taken.count }, (_, i) => taken.from + i);
            const indices = [...taken.tiles, ...range].map((tile) => tile % tileCount);
            changes.changed([...new Set(indices)], ++version);
          } else if (taken.do === "send") {
            const options = { maxBytes: taken.asked, bytesOf: () => 1 };
            const waiting = sent.waiting(changes, options);
            const { turn } = waiting;
            expect(turn.filter((index) => !sent.lacks(index, changes))).toEqual([]);
            const count = Math.min(turn.length, taken.count);
            sent.sentInTurn(waiting, count, version);
            for (const index of turn.slice(0, count)) really[index] = version;
          } else {
            const tiles = [...new Set(taken.tiles.map((tile) => tile % tileCount))];
            const ahead = tiles.filter((index) => sent.lacks(index, changes));
            sent.sentOutOfTurn(ahead, version);
            for (const index of ahead) really[index] = version;
          }
        }
        const { turn, later, all } = sent.waiting(changes, everything);
        const known = new Set([...turn, ...later]);
        expect(all).toBe(true);
        expect(known.size).toBe(turn.length + later.length);
        const tiles = changes.since(0);
        const lacking = tiles.filter((index) => changes.changedAt(index) > (really[index] ?? 0));
        expect(lacking.filter((index) => !known.has(index))).toEqual([]);
        expect(tiles.filter((index) => sent.lacks(index, changes) !== known.has(index))).toEqual(
          [],
        );
      }),
      runs(30, 100),
    );
  });

  it("is complete within two rounds once nothing changes any more", () => {
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.array(fc.nat(), { maxLength: 40 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        (tileCount, updates, each) => {
          const changes = new TileChanges(tileCount);
          const sent = new SentTiles(tileCount);
          let version = 0;
          const send = (): number => {
            const waiting = sent.waiting(changes, { maxBytes: each, bytesOf: () => 1 });
            const count = Math.min(waiting.turn.length, each);
            sent.sentInTurn(waiting, count, version);
            return count;
          };
          const all = Array.from({ length: Math.min(tileCount, 3000) }, (_, index) => index);
          changes.changed(all, ++version);
          for (const tiles of updates) {
            changes.changed([...new Set(tiles.map((tile) => tile % tileCount))], ++version);
            send();
          }
          let total = 0;
          for (let count = send(); count > 0; count = send()) total += count;
          expect(sent.waiting(changes, everything).turn).toEqual([]);
          expect(total).toBeLessThanOrEqual(2 * all.length + 40 * updates.length);
        },
      ),
      runs(20, 60),
    );
  });

  it("P-26: first sends what the receiver has had longest; ties go to the lower index", () => {
    const changes = new TileChanges(8);
    const sent = new SentTiles(8);
    changes.changed([0, 1, 2, 3, 4, 5, 6, 7], 1);
    sent.sentInTurn(sent.waiting(changes, everything), 8, 1);
    changes.changed([6, 2, 5], 2);
    sent.sentInTurn(sent.waiting(changes, everything), 2, 2);
    changes.changed([0, 2, 5, 7], 3);
    expect(sent.waiting(changes, everything).turn).toEqual([0, 6, 7, 2, 5]);
  });

  it("skips no tile while others keep changing", () => {
    const tileCount = 5 * MAX_GROUPS;
    const changes = new TileChanges(tileCount);
    const sent = new SentTiles(tileCount);
    changes.changed(
      Array.from({ length: tileCount }, (_, index) => index),
      1,
    );
    const seen = new Set<number>();
    const busy = Array.from({ length: 400 }, (_, index) => index);
    let cuts = 0;
    for (let version = 2; seen.size < tileCount; version++, cuts++) {
      const waiting = sent.waiting(changes, { maxBytes: 30, bytesOf: () => 1 });
      for (const index of waiting.turn.slice(0, 30)) seen.add(index);
      sent.sentInTurn(waiting, 30, version - 1);
      changes.changed(busy, version);
    }
    expect(cuts).toBeLessThanOrEqual(tileCount / 30 + busy.length / 30 + 1);
  });

  it("remembers a bounded number of tiles sent out of turn, and sends the others again", () => {
    const tileCount = 4 * MAX_GROUPS;
    const changes = new TileChanges(tileCount);
    const sent = new SentTiles(tileCount);
    const all = Array.from({ length: tileCount }, (_, index) => index);
    changes.changed(all, 1);
    sent.sentOutOfTurn(all, 1);
    expect(sent.waiting(changes, everything).turn).toHaveLength(tileCount - MAX_OUT_OF_TURN);
  });

  it("needs no more memory for 32,768 tiles than for 512", () => {
    expect(new SentTiles(32_768).byteLength).toBe(new SentTiles(512).byteLength);
    expect(groupSizeOf(32_768)).toBe(64);
  });

  it("looks at only one tile more than requested", () => {
    const changes = new TileChanges(32_768);
    const sent = new SentTiles(32_768);
    changes.changed(
      Array.from({ length: 32_768 }, (_, index) => index),
      1,
    );
    let looks = 0;
    const bytesOf = () => ++looks && 100;
    const { turn, all } = sent.waiting(changes, { maxBytes: 1000, bytesOf });
    expect(turn).toHaveLength(11);
    expect(all).toBe(false);
    expect(looks).toBe(11);
  });
});
