/** The description of a stream of updates (P-15). Each begins an epoch. */
import * as z from "zod/mini";
import { equalTables, quantTables } from "../codecs/jpeg/tables.ts";
import { codecNamed } from "../codecs/registry.ts";

/** As far as a JPEG can express it. `FrameStore` checks what a picture may have. */
const side = z.int().check(z.gte(1), z.lte(65_535));

export const streamDescription = z
  .object({
    codec: z.string(),
    width: side,
    height: side,
    /** Coarse … fine. */
    tables: z._default(z.array(quantTables), []),
  })
  .check(
    z.refine(({ codec, tables: { length } }) => {
      const known = codecNamed(codec);
      return known !== undefined && length >= known.tables.min && length <= known.tables.max;
    }),
  );

export type StreamDescription = z.infer<typeof streamDescription>;

/** Whether tiles of one stream fit a picture of the other. */
export function sameStream(a: StreamDescription, b: StreamDescription): boolean {
  return (
    a.codec === b.codec &&
    a.width === b.width &&
    a.height === b.height &&
    a.tables.length === b.tables.length &&
    a.tables.every((tables, i) => equalTables(tables, b.tables[i]))
  );
}
