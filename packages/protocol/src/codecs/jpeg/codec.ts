/** Codec `jpeg`: the picture is one cell, a whole JPEG of any kind that browsers show (P-24). */
import type { Codec, NewComposer } from "../../picture/codec.ts";
import { ProtocolError } from "../../wire/close.ts";
import { decodableJpeg } from "./decodable.ts";
import { mendJpeg, readJpegSize } from "./header.ts";
import { withoutRotation } from "./rotation.ts";

export const JPEG: Codec = {
  name: "jpeg",
  tables: { min: 0, max: 0 },
  divisible: false,
  cellsOf: ({ width, height }) => ({
    count: 1,
    columns: undefined,
    // A producer that sends a picture again means it to be shown again.
    comparable: false,
    mend: mendJpeg,
    check({ bytes }) {
      const size = readJpegSize(bytes);
      if (width !== size.width || height !== size.height) {
        throw new ProtocolError("a JPEG's size is not the one that its stream announced");
      }
    },
    imagesOf: (cells) =>
      cells.map(({ bytes }) => ({
        type: "image/jpeg",
        bytes: decodableJpeg(bytes, { width, height }),
        blits: [{ sourceX: 0, sourceY: 0, x: 0, y: 0, width, height }],
      })),
  }),
};

/** The picture is a JPEG already. Only one that requests a rotation is copied, without it (P-24). */
export const jpegComposer: NewComposer = (memory) => ({
  begin(_, [tile]) {
    if (!tile) throw new RangeError("a whole JPEG is one tile");
    const own = tile.bytes;
    let jpeg = own;
    return {
      cheap: true,
      run() {
        const upright = withoutRotation(own);
        if (upright !== own && !memory.compose(upright.length)) return "no memory";
        jpeg = upright;
        return "done";
      },
      get jpeg() {
        return jpeg;
      },
      get producersJpeg() {
        return jpeg === own ? undefined : own;
      },
      get reservedBytes() {
        return jpeg === own ? 0 : jpeg.length;
      },
    };
  },
  clear() {},
});
