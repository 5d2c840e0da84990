/** The pictures of synthetic producers: several of each size, encoded once, and mixed tile by tile. */
import type { StreamDescription, Tile } from "@screen-share/protocol";
import { encodeTiles, encodeWhole, screenLike } from "@screen-share/protocol/testing";

const SEEDS = [1, 2, 3, 4] as const;
const SIZES = [
  { width: 640, height: 360 },
  { width: 333, height: 77 },
  { width: 500, height: 300 },
] as const;

/** Whole pictures of one size, and their tables. */
export interface PictureSet {
  readonly stream: StreamDescription;
  readonly pictures: readonly (readonly Tile[])[];
}

/** One set per size. @param qualities from coarse to fine; each has tables of its own */
export function tilePictures(qualities: readonly number[]): PictureSet[] {
  return SIZES.map((size) => {
    const encoded = qualities.map((quality) =>
      SEEDS.map((seed) => encodeTiles(screenLike(size, seed), quality)),
    );
    const tables = encoded.flatMap(([first]) => (first ? [first.tables] : []));
    const pictures = encoded.flatMap((ofQuality, table) =>
      ofQuality.map(({ tiles }) => tiles.map((tile) => ({ ...tile, table }))),
    );
    return { stream: { codec: "jpeg-tiles", ...size, tables }, pictures };
  });
}

export function wholeJpegs(): Uint8Array[] {
  return SIZES.flatMap((size) => SEEDS.map((seed) => encodeWhole(screenLike(size, seed))));
}

/** A random element of a list that is not empty. */
export function pick<T>(list: readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new RangeError("nothing to pick from");
  return found;
}

export function difference(shown: Uint8Array | undefined, due: Uint8Array): string | undefined {
  if (!shown) return "nothing is shown";
  return Buffer.compare(shown, due) === 0 ? undefined : "it is another picture";
}
