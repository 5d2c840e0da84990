/**
 * Runs before React and Next's router are started: by the time that either looks at the address, it holds no token. So it is
 * when another link is pasted, which changes only the fragment: these listeners are the first.
 */
import { readLink } from "./links/link.ts";
import { pageRelays } from "./links/relays.ts";

const takeToken = () => readLink(window, pageRelays());
takeToken();
window.addEventListener("hashchange", takeToken);
window.addEventListener("popstate", (event) => {
  takeToken();
  // Comes before `hashchange`. The router would note the address in the history's state, and go where an older note says; in a
  // site of one page there is nowhere to go.
  event.stopImmediatePropagation();
});
