/** An experimental codec, to prove that adding one takes one file and one line: squares of grey pixels, a byte each. */
import { type Codec, checkSize, ProtocolError, type Size } from "@screen-share/protocol";

const SIDE = 64;

export const GREY_TILES: Codec = {
  name: "grey-tiles",
  tables: { min: 0, max: 0 },
  divisible: true,
  cellsOf(picture) {
    checkSize(picture);
    const columns = Math.ceil(picture.width / SIDE);
    const placeOf = (index: number) => placeIn(picture, { columns, index });
    return {
      count: columns * Math.ceil(picture.height / SIDE),
      columns,
      comparable: true,
      check({ index, bytes }) {
        const { width, height } = placeOf(index);
        if (bytes.length !== width * height) {
          throw new ProtocolError("a grey tile has one byte per pixel");
        }
      },
      imagesOf: (cells) =>
        cells.map(({ index, bytes }) => {
          const place = placeOf(index);
          return {
            type: "image/x-portable-graymap",
            bytes: graymap(place, bytes),
            blits: [{ sourceX: 0, sourceY: 0, ...place }],
          };
        }),
    };
  },
};

function placeIn(
  picture: Size,
  { columns, index }: { readonly columns: number; readonly index: number },
) {
  const x = (index % columns) * SIDE;
  const y = Math.floor(index / columns) * SIDE;
  const width = Math.min(SIDE, picture.width - x);
  return { x, y, width, height: Math.min(SIDE, picture.height - y) };
}

function graymap({ width, height }: Size, pixels: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`P5 ${width} ${height} 255\n`);
  const file = new Uint8Array(head.length + pixels.length);
  file.set(head);
  file.set(pixels, head.length);
  return file;
}
