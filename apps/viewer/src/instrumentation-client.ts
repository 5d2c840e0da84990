/** Runs before React and Next's router start, and its listeners before theirs, so that they never see a token in the address. */
import { readLink } from "./links/link.ts";
import { pageRelays } from "./links/relays.ts";

const takeToken = () => readLink(window, pageRelays());
takeToken();
window.addEventListener("hashchange", takeToken);
window.addEventListener("popstate", (event) => {
  takeToken();
  // Fires before `hashchange`. The router would write the address into the history's state, and navigate to an older one. A site with
  // one page has nowhere to go.
  event.stopImmediatePropagation();
});
