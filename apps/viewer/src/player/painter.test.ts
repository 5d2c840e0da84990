import {
  assembleJpeg,
  type CellImage,
  FrameStore,
  type Size,
  type Update,
} from "@screen-share/protocol";
import {
  decodeTurbo,
  encodeTiles,
  encodeWhole,
  type PixelBuffer,
  screenLike,
  seededRandom,
} from "@screen-share/protocol/testing";
import { describe, expect, it } from "vitest";
import { settle } from "../../test/fakes.ts";
import { Painter, type Piece, type Surface } from "./painter.ts";

type Bitmap = PixelBuffer & { close(): void };

/** A decoder that answers on request, in any order, and counts the bitmaps that are still held. */
class FakeDecoder {
  readonly waiting: { readonly finish: () => void; readonly fail: () => void }[] = [];
  held = 0;

  readonly decode = ({ bytes }: CellImage) =>
    new Promise<Bitmap>((resolve, reject) => {
      const finish = () => {
        this.held++;
        resolve({ ...decodeTurbo(bytes), close: () => this.held-- });
      };
      this.waiting.push({ finish, fail: () => reject(new Error("broken")) });
    });

  /** Finishes all there is and will be, the last first. */
  async finishAll(): Promise<void> {
    await settle();
    while (this.waiting.length > 0) {
      for (const { finish } of this.waiting.splice(0).reverse()) finish();
      await settle();
    }
  }
}

/** Pixels in memory, and a record of the sizes that were drawn. */
class FakeSurface implements Surface<Bitmap> {
  readonly sizes: Size[] = [];
  pixels: PixelBuffer = { width: 0, height: 0, data: Buffer.alloc(0) };

  draw({ width, height }: Size, pieces: readonly Piece<Bitmap>[]): void {
    this.sizes.push({ width, height });
    if (this.pixels.width !== width || this.pixels.height !== height) {
      this.pixels = { width, height, data: Buffer.alloc(width * height * 4) };
    }
    for (const { bitmap, blits } of pieces) {
      for (const blit of blits) {
        for (let y = 0; y < blit.height; y++) {
          const from = ((blit.sourceY + y) * bitmap.width + blit.sourceX) * 4;
          const to = ((blit.y + y) * width + blit.x) * 4;
          bitmap.data.copy(this.pixels.data, to, from, from + blit.width * 4);
        }
      }
    }
  }

  clear(): void {
    this.pixels.data.fill(0);
  }
}

const NO_TIMES = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
const update = (tiles: Update["tiles"]): Update => ({
  ...NO_TIMES,
  keyframe: false,
  cut: false,
  epoch: 0,
  tiles,
});

/** A store with a whole picture of tiles, and the tiles of another to change it with. */
function tiled(size: Size, quality = 60) {
  const { tables, tiles } = encodeTiles(screenLike(size, 1), quality);
  const other = encodeTiles(screenLike(size, 7), quality).tiles;
  const store = new FrameStore({ codec: "jpeg-tiles", ...size, tables: [tables] });
  store.apply(update(tiles));
  const whole = () =>
    decodeTurbo(assembleJpeg({ ...size, tables, segments: store.since(0).map((t) => t.bytes) }));
  return { store, other, whole };
}

function easel() {
  const decoder = new FakeDecoder();
  const surface = new FakeSurface();
  return { decoder, surface, painter: new Painter(decoder.decode, surface) };
}

describe("Painter", () => {
  it("draws the very picture, whatever changed while it was decoding", async () => {
    const random = seededRandom(3);
    const { store, other, whole } = tiled({ width: 333, height: 77 });
    const { decoder, surface, painter } = easel();
    const drawings: Promise<boolean>[] = [];
    for (let i = 0; i < 60; i++) {
      store.apply(update(other.filter(() => random() < 0.1)));
      drawings.push(painter.draw(store));
      if (random() < 0.5) await settle();
      const some = decoder.waiting.splice(0, Math.floor(random() * 3));
      for (const { finish } of some.reverse()) finish();
    }
    await decoder.finishAll();
    await Promise.all(drawings);
    expect(surface.pixels.data.equals(whole().data)).toBe(true);
    expect(decoder.held).toBe(0);
  });

  it("decodes for one drawing at a time, and loses no change that came between two", async () => {
    const { store, other, whole } = tiled({ width: 333, height: 77 });
    const { decoder, surface, painter } = easel();
    const drawings = [painter.draw(store)];
    await settle();
    store.apply(update(other.slice(0, 3)));
    drawings.push(painter.draw(store));
    await settle();
    expect(decoder.waiting).toHaveLength(1);
    await decoder.finishAll();
    await Promise.all(drawings);
    expect(surface.pixels.data.equals(whole().data)).toBe(true);
  });

  it("decodes only what changed, and nothing where nothing did", async () => {
    const { store, other } = tiled({ width: 333, height: 77 });
    const { decoder, surface, painter } = easel();
    const first = painter.draw(store);
    await decoder.finishAll();
    await first;
    await painter.draw(store); // would wait for ever if anything had to be decoded
    store.apply(update(other.slice(3, 5)));
    const second = painter.draw(store);
    await settle();
    expect(decoder.waiting).toHaveLength(1);
    await decoder.finishAll();
    await second;
    expect(surface.sizes).toHaveLength(2);
  });

  it("never draws a picture that was overtaken by another while it was decoding", async () => {
    const old = tiled({ width: 64, height: 64 });
    const next = tiled({ width: 200, height: 40 });
    const { decoder, surface, painter } = easel();
    const drawings = [painter.draw(old.store)];
    await settle();
    drawings.push(painter.draw(next.store));
    await decoder.finishAll();
    await Promise.all(drawings);
    expect(surface.sizes).toEqual([{ width: 200, height: 40 }]);
    expect(surface.pixels.data.equals(next.whole().data)).toBe(true);
    expect(painter.size).toBe(next.store.stream);
    expect(decoder.held).toBe(0);
  });

  it("stays blank after it was cleared in the middle of decoding", async () => {
    const { store } = tiled({ width: 64, height: 64 });
    const { decoder, surface, painter } = easel();
    const drawing = painter.draw(store);
    await settle();
    painter.clear();
    await decoder.finishAll();
    await drawing;
    expect(surface.sizes).toEqual([]);
    expect(painter.size).toBeUndefined();
  });

  it("keeps the old picture when a JPEG is broken, counts it, and continues", async () => {
    const size = { width: 40, height: 30 };
    const store = new FrameStore({ codec: "jpeg", ...size, tables: [] });
    const jpegs = [1, 2, 3].map((seed) => encodeWhole(screenLike(size, seed)));
    const { decoder, surface, painter } = easel();
    const show = async (jpeg: Uint8Array, end: "finish" | "fail") => {
      store.apply(update([{ index: 0, table: 0, bytes: jpeg }]));
      const drawing = painter.draw(store);
      await settle();
      for (const each of decoder.waiting.splice(0)) each[end]();
      await drawing;
    };
    const [a, b, c] = jpegs;
    if (!a || !b || !c) throw new Error("three were encoded");
    await show(a, "finish");
    await show(b, "fail");
    expect(surface.pixels.data.equals(decodeTurbo(a).data)).toBe(true);
    expect(painter.undecodable).toBe(1);
    await show(c, "finish");
    expect(surface.pixels.data.equals(decodeTurbo(c).data)).toBe(true);
  });

  it("draws tiles that failed once with the next drawing, though they did not change again", async () => {
    const { store, other, whole } = tiled({ width: 333, height: 77 });
    const { decoder, surface, painter } = easel();
    const first = painter.draw(store);
    await decoder.finishAll();
    await first;
    store.apply(update(other.slice(0, 4)));
    const second = painter.draw(store);
    await settle();
    for (const { fail } of decoder.waiting.splice(0)) fail();
    await second;
    const third = painter.draw(store);
    await decoder.finishAll();
    await third;
    expect(surface.pixels.data.equals(whole().data)).toBe(true);
  });

  it("shows no part of a new picture, and keeps the old one until the new one is whole", async () => {
    const old = tiled({ width: 64, height: 64 });
    const { tables, tiles } = encodeTiles(screenLike({ width: 300, height: 20 }, 5));
    const stream = {
      codec: "jpeg-tiles" as const,
      width: 300,
      height: 20,
      tables: [tables, tables],
    };
    const store = new FrameStore(stream); // two tables: two JPEGs
    store.apply(update(tiles.map((tile) => ({ ...tile, table: tile.index % 2 }))));
    const { decoder, surface, painter } = easel();
    const first = painter.draw(old.store);
    await decoder.finishAll();
    await first;
    const second = painter.draw(store);
    await settle();
    const [one, ...others] = decoder.waiting.splice(0);
    one?.fail();
    for (const { finish } of others) finish();
    await second;
    expect(surface.pixels.data.equals(old.whole().data)).toBe(true);
    expect(painter.size).toBe(old.store.stream);
    const third = painter.draw(store);
    await decoder.finishAll();
    await third;
    expect(painter.size).toBe(stream);
    expect(decoder.held).toBe(0);
  });

  it("draws the tiles of a first picture as they arrive, and leaves the rest black (P-98)", async () => {
    const size = { width: 256, height: 32 };
    const { tables, tiles } = encodeTiles(screenLike(size, 5));
    const store = new FrameStore({ codec: "jpeg-tiles", ...size, tables: [tables] });
    const { decoder, surface, painter } = easel();
    const draw = async () => {
      const drawing = painter.draw(store);
      await decoder.finishAll();
      return await drawing;
    };
    expect(await draw()).toBe(false);
    expect(painter.size).toBeUndefined();
    store.apply(update(tiles.slice(0, 2)));
    expect(await draw()).toBe(true);
    expect(painter.size).toBe(store.stream);
    const row = size.width * 4;
    const whole = decodeTurbo(
      assembleJpeg({ ...size, tables, segments: tiles.map(({ bytes }) => bytes) }),
    ).data;
    // Two tiles of 128×8 px are the first eight rows.
    expect(surface.pixels.data.subarray(0, 8 * row).equals(whole.subarray(0, 8 * row))).toBe(true);
    expect(surface.pixels.data.subarray(8 * row).every((byte) => byte === 0)).toBe(true);
    store.apply(update(tiles.slice(2)));
    expect(await draw()).toBe(true);
    expect(surface.pixels.data.equals(whole)).toBe(true);
  });

  it("draws everything again on a surface that lost its pixels, even in the middle of a change", async () => {
    const { store, other, whole } = tiled({ width: 333, height: 77 });
    const { decoder, surface, painter } = easel();
    const first = painter.draw(store);
    await decoder.finishAll();
    await first;
    store.apply(update(other.slice(0, 2)));
    const drawings: Promise<unknown>[] = [painter.draw(store)];
    await settle();
    surface.clear();
    drawings.push(painter.repaint());
    expect(painter.size).toBe(store.stream);
    await decoder.finishAll();
    await Promise.all(drawings);
    expect(surface.pixels.data.equals(whole().data)).toBe(true);
  });
});
