/**
 * Runs before React and Next's router are started: by the time that either looks at the address, it holds no token. So it is
 * when another link is pasted, which changes only the fragment: this listener is the first.
 */
import { RELAY_URL } from "./env.ts";
import { readLink } from "./player/link.ts";
import { viewerUrl } from "./player/relay-url.ts";

const takeToken = () => readLink(window, RELAY_URL ?? viewerUrl(location.origin));
takeToken();
window.addEventListener("hashchange", takeToken);
