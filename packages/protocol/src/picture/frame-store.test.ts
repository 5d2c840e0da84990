import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeTiles, encodeWhole, screenLike } from "../../test/pictures.ts";
import {
  CLOSE,
  emptySegment,
  FrameStore,
  geometryOf,
  MAX_PICTURE_BYTES,
  ProtocolError,
  Replica,
  type StreamDescription,
  type Tile,
  tileMcuCount,
  tileRuns,
  type Update,
} from "../index.ts";

const size = { width: 300, height: 20 };
const { tables, tiles: first } = encodeTiles(screenLike(size, 1));
const second = encodeTiles(screenLike(size, 2)).tiles;
const stream: StreamDescription = { codec: "jpeg-tiles", ...size, tables: [tables] };

function update(tiles: readonly Tile[], overrides: Partial<Update> = {}): Update {
  const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
  return { keyframe: false, cut: false, epoch: 1, ...times, tiles, ...overrides };
}

const asText = (tiles: readonly Tile[]) =>
  tiles.map(({ index, table, bytes }) => `${index} ${table} ${Buffer.from(bytes).toString("hex")}`);

describe("geometry (P-15, P-18)", () => {
  it.each([
    [1, 1, 1],
    [8192, 4096, 32768],
    [1920, 1080, 2025],
    [8192, 1, 64],
    [1, 8192, 64],
  ])("%i×%i has %i tiles", (width, height, tileCount) => {
    expect(geometryOf({ width, height }).tileCount).toBe(tileCount);
  });

  it.each([
    [0, 1],
    [1, 0],
    [8193, 1],
    [1, 8193],
    [8192, 8192],
    [1.5, 2],
    [Number.NaN, 2],
  ])("a picture of tiles cannot have %d×%d px", (width, height) => {
    expect(() => geometryOf({ width, height })).toThrow(ProtocolError);
  });

  it("covers every pixel exactly once with the runs of all tiles", () => {
    const side = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const geometry = geometryOf({ width, height });
        const covered = new Uint8Array(width * height);
        let mcus = 0;
        for (let index = 0; index < geometry.tileCount; index++) {
          mcus += tileMcuCount(geometry, index);
          for (const run of tileRuns(geometry, index)) {
            for (let y = run.y; y < run.y + run.height; y++) {
              for (let x = run.x; x < run.x + run.width; x++) {
                const at = y * width + x;
                covered[at] = (covered[at] ?? 0) + 1;
              }
            }
          }
        }
        expect(mcus).toBe(geometry.mcuCount);
        expect(covered.every((times) => times === 1)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe("FrameStore (P-22, P-24, P-32)", () => {
  it("accepts any size, and is complete once it has the last tile", () => {
    for (const [width, height] of [
      [1, 1],
      [7, 5],
      [8192, 4096],
      [1, 8192],
    ] as const) {
      const store = new FrameStore({ codec: "jpeg-tiles", width, height, tables: [tables] });
      const geometry = geometryOf({ width, height });
      const tiles = Array.from({ length: geometry.tileCount }, (_, index) => ({
        index,
        table: 0,
        bytes: emptySegment(tileMcuCount(geometry, index)),
      }));
      store.apply(update(tiles.slice(1)));
      expect(store.complete).toBe(geometry.tileCount === 0);
      store.apply(update(tiles.slice(0, 1)));
      expect(store.complete).toBe(true);
      expect(store.byteLength).toBe(tiles.reduce((sum, { bytes }) => sum + bytes.length, 0));
    }
  });

  it("returns each tile that changed after a cursor once, with its newest bytes", () => {
    const store = new FrameStore(stream);
    store.apply(update(first, { keyframe: true }));
    const cursor = store.version;
    store.apply(update(second.slice(2, 4)));
    store.apply(update(first.slice(3, 4)));
    expect(asText(store.since(cursor))).toEqual(
      asText([...second.slice(2, 3), ...first.slice(3, 4)]),
    );
    expect(store.since(store.version)).toEqual([]);
    expect(store.since(0)).toHaveLength(first.length);
  });

  it.each([
    ["bytes", (bytes: Uint8Array) => Uint8Array.from(bytes)],
    ["a Buffer of Node's", (bytes: Uint8Array) => Buffer.from(bytes)],
  ])("copies the bytes of %s", (_, made) => {
    const store = new FrameStore(stream);
    const bytes = made(first[0]?.bytes ?? Uint8Array.of());
    store.apply(update([{ index: 0, table: 0, bytes }]));
    bytes.fill(0);
    expect(asText(store.since(0))).toEqual(asText(first.slice(0, 1)));
  });

  it("counts repeated tiles as changed in a delta, but not in a keyframe", () => {
    const store = new FrameStore(stream);
    store.apply(update(first, { keyframe: true }));
    const repeated = [...second.slice(0, 1), ...first.slice(1)];
    expect(store.apply(update(repeated, { keyframe: true }))).toHaveLength(1);
    expect(store.apply(update(first.slice(1, 2)))).toHaveLength(1);
  });

  it("records when the picture was current although no tile changed", () => {
    const store = new FrameStore(stream);
    store.apply(update(first, { keyframe: true, capturedAt: 1 }));
    const { pictureVersion } = store;
    store.apply(update([], { capturedAt: 9 }));
    expect(store.capturedAt).toBe(9);
    expect(store.version).toBe(pictureVersion + 1);
    expect(store.pictureVersion).toBe(pictureVersion);
  });

  it.each<[string, Update]>([
    [
      "a tile outside",
      update([{ index: 99, table: 0, bytes: first[0]?.bytes ?? new Uint8Array() }]),
    ],
    [
      "a table it lacks",
      update([{ index: 0, table: 1, bytes: first[0]?.bytes ?? new Uint8Array() }]),
    ],
    ["a keyframe with a hole", update(first.slice(1), { keyframe: true })],
    ["a tile with a marker", update([{ index: 0, table: 0, bytes: Uint8Array.of(255, 217) }])],
  ])("refuses %s", (_, broken) => {
    const store = new FrameStore(stream);
    expect(() => store.apply(broken)).toThrow(ProtocolError);
    expect(store.version).toBe(0);
  });

  it("limits the bytes of all tiles", () => {
    const store = new FrameStore({
      codec: "jpeg-tiles",
      width: 8192,
      height: 4096,
      tables: [tables],
    });
    const bytes = new Uint8Array(19_000).fill(1);
    const count = Math.ceil(MAX_PICTURE_BYTES / bytes.length);
    const tiles = Array.from({ length: count }, (_, index) => ({ index, table: 0, bytes }));
    store.apply(update(tiles.slice(1)));
    expect(() => store.apply(update(tiles.slice(0, 1)))).toThrow("too many bytes");
  });

  it("stores a whole JPEG as its only tile, and checks its size", () => {
    const store = new FrameStore({ codec: "jpeg", width: 40, height: 30, tables: [] });
    const jpeg = (width: number) => encodeWhole(screenLike({ width, height: 30 }));
    store.apply(update([{ index: 0, table: 0, bytes: jpeg(40) }], { keyframe: true }));
    expect(store.complete).toBe(true);
    const wrong = update([{ index: 0, table: 0, bytes: jpeg(41) }], { keyframe: true });
    expect(() => store.apply(wrong)).toThrow("not the one that its stream announced");
  });
});

describe.each(["jpeg", "jpeg-tiles"] as const)("codec %s (P-15)", (codec) => {
  const described = (width: number, height: number) =>
    new FrameStore(
      codec === "jpeg"
        ? { codec, width, height, tables: [] }
        : { codec, width, height, tables: [tables] },
    );

  it.each([
    [8192, 8192],
    [8192, 4104],
    [8193, 1],
  ])("refuses a picture of %i×%i px as too large", (width, height) => {
    expect(() => described(width, height)).toThrow(
      expect.objectContaining({ closeCode: CLOSE.tooLarge }),
    );
  });

  it("accepts the largest picture", () => {
    expect(described(8192, 4096).complete).toBe(false);
  });
});

describe("Replica (P-30, P-35)", () => {
  it("shows a picture of another size only once it is whole", () => {
    const replica = new Replica();
    replica.describe(1, stream);
    expect(replica.apply(update(first, { keyframe: true })).kind).toBe("replaced");
    const small = encodeTiles(screenLike({ width: 131, height: 9 }));
    const other: StreamDescription = { ...stream, width: 131, height: 9, tables: [small.tables] };
    replica.describe(2, other);
    expect(replica.apply(update(small.tiles.slice(1), { epoch: 2 })).kind).toBe("pending");
    expect(replica.shown?.stream.width).toBe(300);
    const last = update(small.tiles.slice(0, 1), { epoch: 2 });
    expect(replica.apply(last).kind).toBe("replaced");
    expect(replica.shown?.stream.width).toBe(131);
  });

  it("keeps the tiles when a new connection describes the same picture", () => {
    const replica = new Replica();
    replica.describe(1, stream);
    replica.apply(update(first, { keyframe: true }));
    replica.disconnect();
    replica.describe(7, structuredClone(stream));
    const applied = replica.apply(update(first, { keyframe: true, epoch: 7 }));
    expect(applied).toMatchObject({ kind: "tiles", tiles: [] });
  });

  it("refuses updates of another epoch, and those before any description", () => {
    const replica = new Replica();
    expect(() => replica.apply(update(first))).toThrow("before the stream's description");
    replica.describe(2, stream);
    expect(() => replica.apply(update(first))).toThrow("of another epoch");
    replica.apply(update(first, { keyframe: true, epoch: 2 }));
    replica.disconnect();
    expect(() => replica.apply(update(first, { epoch: 2 }))).toThrow(ProtocolError);
  });

  it("ends up equal to the sender's store for any interleaving of updates, skipped turns and joins", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("update" as const), mask: fc.nat(255), seed: fc.nat(1) }),
      fc.record({ do: fc.constant("turn" as const), who: fc.nat(3) }),
      fc.record({ do: fc.constant("join" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const source = new FrameStore(stream);
        source.apply(update(first, { keyframe: true }));
        const copies: { store: FrameStore; cursor: number }[] = [];
        const turn = (copy: (typeof copies)[number]) => {
          copy.store.apply(update(source.since(copy.cursor)));
          copy.cursor = source.version;
        };
        for (const taken of steps) {
          if (taken.do === "update") {
            const from = taken.seed ? second : first;
            source.apply(update(from.filter(({ index }) => (taken.mask >> (index % 8)) & 1)));
          } else if (taken.do === "join") copies.push({ store: new FrameStore(stream), cursor: 0 });
          else {
            const copy = copies[taken.who];
            if (copy) turn(copy);
          }
        }
        for (const copy of copies) {
          turn(copy);
          expect(asText(copy.store.since(0))).toEqual(asText(source.since(0)));
        }
      }),
    );
  });
});
