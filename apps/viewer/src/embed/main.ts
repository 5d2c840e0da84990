/**
 * The script for other people's pages, in one file: it defines <screen-share-viewer>, and nothing else (docs/embedding.md). Loading it
 * twice does no harm.
 */
import { BUILT_RELAYS } from "../links/relays.ts";
import { viewerElement } from "./viewer-element.ts";

const NAME = "screen-share-viewer";
/** The relay of the build, or else the server of this script. */
const home = BUILT_RELAYS?.[0].url ?? new URL(".", import.meta.url).href;

if (!customElements.get(NAME)) customElements.define(NAME, viewerElement(home));
