/** Reads a relay's address in any form that people have: its WebSocket address, its page's, only its name, or a whole viewer link. */
import { isLoopback, PRODUCER_PATH, ROOM_NAME, readLink } from "@screen-share/protocol";

/** The WebSocket address to dial, by default wss://, or ws:// for this machine; or a problem, to be printed after the setting's name. */
export function readServerAddress(
  text: string,
): { readonly url: string } | { readonly problem: string } {
  const url = parse(text);
  const scheme = url?.protocol.replace("http", "ws") ?? "";
  if (!url || !/^wss?:$/.test(scheme)) {
    const examples = "wss://relay.example, relay.example:8000, or a viewer link";
    return { problem: `must be a relay's address, such as ${examples}` };
  }
  // A damaged link has its fields in the path or query, where servers would log its token.
  const holdsToken = /token(=|%3D)/i.test(`${url.pathname}${url.search}`);
  if (url.username || url.password || holdsToken) {
    return { problem: "must not contain a secret; a token goes into PRODUCER_TOKEN" };
  }
  const named = readLink(url.href).relay;
  if (named) {
    const advice = `use ${relayNamed(named)}`;
    return { problem: `is a link to a page that uses another relay: ${advice}` };
  }
  // `URL.protocol` cannot be changed from http to ws.
  const address = new URL(`${scheme}${url.href.slice(url.protocol.length)}`);
  address.hash = "";
  address.pathname = producerPath(url.pathname);
  return { url: address.href };
}

/** Reads the other fields of a viewer link: its room, if valid, and whether it has a token, which is of no use to an agent. */
export function viewerLinkIn(text: string): { readonly room?: string; readonly token: boolean } {
  const url = parse(text);
  if (!url) return { token: false };
  const { room = "", hasToken: token } = readLink(url.href);
  return { ...(ROOM_NAME.test(room) ? { room } : {}), token };
}

function parse(text: string): URL | undefined {
  const typed = text.trim();
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) return canParse(typed);
  const secure = canParse(`wss://${typed}`);
  return secure && isLoopback(secure.hostname) ? canParse(`ws://${typed}`) : secure;
}

function canParse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** The relay's name, without anything that is not safe to print. */
function relayNamed(text: string): string {
  const url = canParse(text);
  return url ? `${url.protocol}//${url.host}` : "that relay's address";
}

/** The relay may be below a path of its host. Viewer links end in a slash or in a page's file. */
function producerPath(path: string): string {
  if (path.endsWith(PRODUCER_PATH)) return path;
  const folder = path.replace(/\/ws\/viewer$/, "/").replace(/\/[^/]*\.html?$/, "/");
  return `${folder.replace(/\/+$/, "")}${PRODUCER_PATH}`;
}
