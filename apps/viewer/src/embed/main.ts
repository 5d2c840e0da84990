/**
 * The script for other people's pages, in one file: it defines <screen-share-viewer>, and does nothing else (docs/embedding.md).
 * Loaded twice it defines it once.
 */
import { BUILT_RELAYS } from "../links/relays.ts";
import { viewerElement } from "./viewer-element.ts";

const NAME = "screen-share-viewer";
/** Of the build, or else the server that this script came from. */
const home = BUILT_RELAYS?.[0].url ?? new URL(".", import.meta.url).href;

if (!customElements.get(NAME)) customElements.define(NAME, viewerElement(home));
