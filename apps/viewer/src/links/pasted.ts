/** What was put into the field for a link: a link in any other text, the part of it behind the "#", a token, or a room's name. */
import { DEFAULT_ROOM, findLink, ROOM_NAME, writeLink } from "@screen-share/protocol";

export type Pasted =
  /** For this page: where to go, and what to show there. */
  | {
      readonly kind: "here";
      readonly room: string;
      readonly token: string | undefined;
      /** As the link names it. */
      readonly relay: string | undefined;
      /** It is a name or a token alone, and does not say on which relay. */
      readonly anyRelay: boolean;
    }
  /** A link to another page, to be opened there: its token is not for us. `host` is where it leads, however it was written. */
  | { readonly kind: "elsewhere"; readonly address: string; readonly host: string }
  | { readonly kind: "nothing"; readonly problem: string };

const NEITHER = "This is neither a link nor a room’s name.";
const CUT_OFF =
  "This link was cut short: its end is missing. Copy the whole link, or ask for a new one.";

/** @param page the address of this page: origin and path */
export function readPasted(
  text: string,
  page: { readonly origin: string; readonly path: string },
): Pasted {
  const trimmed = text.trim();
  if (trimmed === "") return nothing("Paste a link, or enter a room’s name.");
  if (ROOM_NAME.test(trimmed)) {
    return { kind: "here", room: trimmed, token: undefined, relay: undefined, anyRelay: true };
  }
  const urlOf = (address: string) => parse(address, page.origin);
  const isHere = (address: string) => {
    const url = urlOf(address);
    return url?.origin === page.origin && pathOf(url.pathname) === pathOf(page.path);
  };
  const link = findLink(text, { isHere });
  if (!link) return nothing(NEITHER);
  if (link.cutOff) return nothing(CUT_OFF);
  const { room = DEFAULT_ROOM, token, relay } = link;
  if (!link.here) {
    const url = urlOf(writeLink(link.address ?? "", link));
    return url ? { kind: "elsewhere", address: url.href, host: url.host } : nothing(NEITHER);
  }
  if (!ROOM_NAME.test(room)) return nothing("The link’s room cannot be: it may have been cut off.");
  return { kind: "here", room, token, relay, anyRelay: !/=|%3d/i.test(text) };
}

/** @param address perhaps without its scheme: then it is that of the page */
function parse(address: string, pageOrigin: string): URL | undefined {
  const { protocol } = new URL(pageOrigin);
  const written = /^https?:/i.test(address) ? address : `${protocol}//${address}`;
  return URL.canParse(written) ? new URL(written) : undefined;
}

/** Several paths lead to one page. */
function pathOf(pathname: string): string {
  return `/${pathname
    .split("/")
    .filter((part) => part !== "" && part !== "index.html")
    .join("/")}`;
}

function nothing(problem: string): Pasted {
  return { kind: "nothing", problem };
}
