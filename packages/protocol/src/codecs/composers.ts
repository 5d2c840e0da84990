/** What makes whole JPEGs, by codec. Not imported where a picture is only drawn. */
import type { NewComposer } from "../picture/codec.ts";
import { JPEG, jpegComposer } from "./jpeg/codec.ts";
import { JPEG_TILES } from "./jpeg-tiles/codec.ts";
import { tilesComposer } from "./jpeg-tiles/composer.ts";

/** One line per codec that has one. */
export const COMPOSERS: ReadonlyMap<string, NewComposer> = new Map([
  [JPEG_TILES.name, tilesComposer],
  [JPEG.name, jpegComposer],
]);
