/** The relays that this page may dial, in a browser. */
import { BUILT_RELAYS } from "./env.ts";
import { ownRelay, type Relays } from "./player/relays.ts";

/** Not to be called where there is no page. */
export function pageRelays(): Relays {
  return BUILT_RELAYS ?? ownRelay(location.origin);
}
