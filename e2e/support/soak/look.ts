/** What synthetic producers show: sizes, each in several pictures that are encoded once, and mixed tile by tile. */
import type { StreamDescription, Tile } from "@screen-share/protocol";
import { encodeTiles, encodeWhole, screenLike } from "@screen-share/protocol/testing";

const SEEDS = [1, 2, 3, 4] as const;
const SIZES = [
  { width: 640, height: 360 },
  { width: 333, height: 77 },
  { width: 500, height: 300 },
] as const;

/** A size and its tables, and whole pictures of it. */
export interface Look {
  readonly stream: StreamDescription;
  readonly pictures: readonly (readonly Tile[])[];
}

/** A look a size. @param qualities coarse … fine; each gives tables of its own */
export function tileLooks(qualities: readonly number[]): Look[] {
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

/** Whole JPEGs of every size. */
export function wholeJpegs(): Uint8Array[] {
  return SIZES.flatMap((size) => SEEDS.map((seed) => encodeWhole(screenLike(size, seed))));
}

/** Any one of a list that has some. */
export function pick<T>(list: readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new RangeError("nothing to pick from");
  return found;
}
