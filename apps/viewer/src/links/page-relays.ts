/** The relays that this page may dial, in a browser. */
import { BUILT_RELAYS } from "../env.ts";
import { ownRelay, type Relays } from "./relays.ts";

/** Not to be called where there is no page. */
export function pageRelays(): Relays {
  return BUILT_RELAYS ?? ownRelay(folderOf(location));
}

/** A proxy may have the page, and the relay behind it, below a path. Without a slash at its end, as origins are written. */
function folderOf({ origin, pathname }: Location): string {
  return origin + pathname.slice(0, pathname.lastIndexOf("/"));
}
