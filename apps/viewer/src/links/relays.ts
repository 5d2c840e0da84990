/**
 * The relays that this page may dial (P-91): those that it was built for, or its own server. A link that names any other relay is not
 * followed, and its token is not sent.
 */
import { VIEWER_PATH } from "@screen-share/protocol";
import { RELAY_URLS } from "../env.ts";

export interface ListedRelay {
  /** As written in links. */
  readonly name: string;
  /** The WebSocket address that viewers dial. */
  readonly url: string;
}

/** The first one is for links that name none. */
export type Relays = readonly [ListedRelay, ...ListedRelay[]];

/** Undefined if the page was built for its own server alone. An unusable setting fails the build. */
export const BUILT_RELAYS = RELAY_URLS === undefined ? undefined : builtFor(RELAY_URLS);

/** Only for the browser. */
export function pageRelays(): Relays {
  return BUILT_RELAYS ?? ownRelay(location);
}

/** The server of the page. A proxy may serve the page, and the relay behind it, below a path. */
export function ownRelay({ origin, pathname }: Pick<Location, "origin" | "pathname">): Relays {
  // Without a trailing slash, as origins are written.
  const name = origin + pathname.slice(0, pathname.lastIndexOf("/"));
  return [{ name, url: viewerUrl(name) }];
}

/** @param list comma-separated addresses @throws Error in plain words if one is not a relay's address, or occurs twice */
export function parseRelays(list: string): Relays {
  const [first, ...others] = list.split(",").map((text): ListedRelay => {
    const name = text.trim();
    return { name, url: viewerUrl(name) };
  });
  if (!first) throw new Error("it names no relay");
  const relays: Relays = [first, ...others];
  const twice = relays.find(({ url }, i) => relays.findIndex((relay) => relay.url === url) !== i);
  if (twice) throw new Error(`it names ${twice.name} twice`);
  return relays;
}

/** @returns undefined if the page does not know the relay */
export function relayNamed(relays: Relays, name: string | undefined): ListedRelay | undefined {
  return name === undefined ? relays[0] : relays.find((relay) => relay.name === name);
}

/**
 * @param relay its http(s) or ws(s) URL. A path in front of ours is kept, for relays behind a proxy
 * @throws Error in plain words if it is none
 */
export function viewerUrl(relay: string): string {
  const url = parse(relay);
  const scheme = url?.protocol.replace("http", "ws") ?? "";
  if (!url || !/^wss?:$/.test(scheme))
    throw new Error("it is no http://, https://, ws:// or wss:// URL");
  if (url.username || url.password || url.search || url.hash) {
    throw new Error("it holds a user, a password, a query or a fragment; none belongs there");
  }
  const path = url.pathname.replace(/\/+$/, "");
  return `${scheme}//${url.host}${path.endsWith(VIEWER_PATH) ? path : path + VIEWER_PATH}`;
}

/** Without `URL.canParse`, which some browsers lack that `embed.js` supports. */
function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function builtFor(list: string): Relays {
  try {
    return parseRelays(list);
  } catch (error) {
    const problem = error instanceof Error ? error.message : error;
    throw new Error(`NEXT_PUBLIC_RELAY_URL is unusable: ${problem}`);
  }
}
