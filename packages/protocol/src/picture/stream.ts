/** What a stream of updates is made of: the codec, the size and the tables. It begins an epoch. */
import * as z from "zod/mini";
import { equalTables, quantTables } from "../codecs/jpeg/tables.ts";

/** At most so many pairs of quantisation tables a stream, coarse … fine. */
export const MAX_TABLES = 4;

/** As a JPEG can say it; what a picture may have is for the `FrameStore` to judge. */
const side = z.int().check(z.gte(1), z.lte(65_535));

/** `jpeg-tiles`: tiles of one scan. `jpeg`: whole JPEGs with tables of their own; the picture is its one tile. */
export const streamDescription = z.discriminatedUnion("codec", [
  z.object({
    codec: z.literal("jpeg-tiles"),
    width: side,
    height: side,
    tables: z.array(quantTables).check(z.minLength(1), z.maxLength(MAX_TABLES)),
  }),
  z.object({
    codec: z.literal("jpeg"),
    width: side,
    height: side,
    tables: z._default(z.array(quantTables).check(z.maxLength(0)), []),
  }),
]);

export type StreamDescription = z.infer<typeof streamDescription>;

/** Whether tiles of the one may stand in a picture of the other. */
export function sameStream(a: StreamDescription, b: StreamDescription): boolean {
  return (
    a.codec === b.codec &&
    a.width === b.width &&
    a.height === b.height &&
    a.tables.length === b.tables.length &&
    a.tables.every((tables, i) => {
      const other = b.tables[i];
      return other !== undefined && equalTables(tables, other);
    })
  );
}
