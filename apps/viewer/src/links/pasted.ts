/** Reads what was entered into the field for a link: a link in any text, its part behind the "#", a token, or a room name. */
import { DEFAULT_ROOM, findLink, ROOM_NAME, writeLink } from "@screen-share/protocol";

export type Pasted =
  /** A place on this page. `relay`: as named in the link; `anyRelay`: it is only a name or a token, without a relay. */
  | {
      readonly kind: "here";
      readonly room: string;
      readonly token: string | undefined;
      readonly relay: string | undefined;
      readonly anyRelay: boolean;
    }
  /** A link to another page, to be opened there: its token is not for us. `host` is where it really leads. */
  | { readonly kind: "elsewhere"; readonly address: string; readonly host: string }
  | { readonly kind: "nothing"; readonly problem: string };

const NEITHER = "This is neither a link nor a room name.";
const CUT_OFF =
  "This link was cut short: its end is missing. Copy the whole link, or ask for a new one.";

/** @param page the address of this page: origin and path */
export function readPasted(
  text: string,
  page: { readonly origin: string; readonly path: string },
): Pasted {
  const trimmed = text.trim();
  if (trimmed === "") return nothing("Paste a link, or enter a room name.");
  if (ROOM_NAME.test(trimmed)) {
    return { kind: "here", room: trimmed, token: undefined, relay: undefined, anyRelay: true };
  }
  const isHere = (address: string) => {
    const url = parse(address, page.origin);
    return url?.origin === page.origin && pathOf(url.pathname) === pathOf(page.path);
  };
  const link = findLink(text, { isHere });
  if (!link) return nothing(NEITHER);
  if (link.cutOff) return nothing(CUT_OFF);
  const { room = DEFAULT_ROOM, token, relay } = link;
  if (!link.here) {
    const url = parse(writeLink(link.address ?? "", link), page.origin);
    return url ? { kind: "elsewhere", address: url.href, host: url.host } : nothing(NEITHER);
  }
  if (!ROOM_NAME.test(room))
    return nothing("The room name in this link is not valid. The link may be incomplete.");
  return { kind: "here", room, token, relay, anyRelay: !/=|%3d/i.test(text) };
}

/** @param address if it has no scheme, that of the page is used */
function parse(address: string, pageOrigin: string): URL | undefined {
  const { protocol } = new URL(pageOrigin);
  const written = /^https?:/i.test(address) ? address : `${protocol}//${address}`;
  return URL.canParse(written) ? new URL(written) : undefined;
}

/** The same page can have several paths. */
function pathOf(pathname: string): string {
  const parts = pathname.split("/").filter((part) => part !== "" && part !== "index.html");
  return parts.join("/");
}

function nothing(problem: string): Pasted {
  return { kind: "nothing", problem };
}
