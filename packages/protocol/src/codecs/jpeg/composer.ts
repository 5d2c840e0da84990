/** A picture of codec `jpeg` is a JPEG already. Only one that asks for a rotation is copied, without it (P-24). */
import type { NewComposer } from "../../picture/composer.ts";
import { withoutRotation } from "./rotation.ts";

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
