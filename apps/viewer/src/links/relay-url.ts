/** The address that a viewer dials. */
import { VIEWER_PATH } from "@screen-share/protocol";

const SCHEMES: Readonly<Record<string, string>> = {
  "http:": "ws:",
  "https:": "wss:",
  "ws:": "ws:",
  "wss:": "wss:",
};

/**
 * The WebSocket address of the viewers' path on a relay.
 * @param relay its http(s) or ws(s) URL; a path before ours is kept, as proxies have it
 * @throws Error in plain words if it is no such URL, or holds what does not belong there
 */
export function viewerUrl(relay: string): string {
  const url = parse(relay);
  const scheme = SCHEMES[url?.protocol ?? ""];
  if (!url || !scheme) throw new Error("it is no http://, https://, ws:// or wss:// URL");
  if (url.username || url.password || url.search || url.hash) {
    throw new Error("it holds a user, a password, a query or a fragment; none belongs there");
  }
  const path = url.pathname.replace(/\/+$/, "");
  return `${scheme}//${url.host}${path.endsWith(VIEWER_PATH) ? path : path + VIEWER_PATH}`;
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
