/** What somebody has put into the field for a link: a link, be it among other words, the part of it behind the "#", or just a room's name. */
import { ROOM_NAME } from "@screen-share/protocol";
import { readFragment } from "./core/fragment.ts";

export type Pasted =
  /** For this page: where to go, and what to show there. */
  | {
      readonly kind: "here";
      readonly room: string;
      readonly token: string | undefined;
      /** As the link names it. */
      readonly relay: string | undefined;
    }
  /** A link to another page, to be opened there: its token is not for us. `host` is where it leads, however it was written. */
  | { readonly kind: "elsewhere"; readonly address: string; readonly host: string }
  | { readonly kind: "nothing"; readonly problem: string };

/** In angle brackets a link may have been broken over lines (RFC 3986, appendix C). */
const BRACKETED = /<(https?:\/\/[^<>]+)>/i;
const AMONG_WORDS = /https?:\/\/[^\s<>"“”«»]+/i;
const PUNCTUATION = /[)\]}'’.,;:!?]+$/;
/** The part of a link behind its "#": a field of ours, and before it nothing that an address could be. */
const FIELDS = /^#?(?:[^\s#/:]*&)?(?:room|token|relay)(?:=|%3d)/i;
/** A host's name or address, and a "#" somewhere behind it. */
const WITHOUT_SCHEME = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:]+\])(?::\d+)?(?:[/?][^#]*)?#/i;

const NEITHER = "This is neither a link nor a room’s name.";

/** @param page the address of this page: origin and path */
export function readPasted(
  text: string,
  page: { readonly origin: string; readonly path: string },
): Pasted {
  const trimmed = text.trim();
  if (trimmed === "") return nothing("Paste a link, or enter a room’s name.");
  const link =
    BRACKETED.exec(trimmed)?.[1]?.replace(/\s+/g, "") ??
    AMONG_WORDS.exec(trimmed)?.[0].replace(PUNCTUATION, "");
  if (link !== undefined) return follow(link, page);
  if (/\s/.test(trimmed)) return nothing(NEITHER);
  if (WITHOUT_SCHEME.test(trimmed))
    return follow(`${new URL(page.origin).protocol}//${trimmed}`, page);
  if (FIELDS.test(trimmed)) return here(trimmed);
  if (ROOM_NAME.test(trimmed)) {
    return { kind: "here", room: trimmed, token: undefined, relay: undefined };
  }
  return nothing(NEITHER);
}

function follow(link: string, page: { readonly origin: string; readonly path: string }): Pasted {
  let url: URL;
  try {
    url = new URL(link);
  } catch {
    return nothing(NEITHER);
  }
  const { origin, pathname, hash, href, host } = url;
  if (origin === page.origin && pathname === page.path) return here(hash);
  return { kind: "elsewhere", address: href, host };
}

function here(fragment: string): Pasted {
  const { room, token, relay } = readFragment(fragment);
  if (room === undefined) return nothing("The link’s room cannot be: it may have been cut off.");
  return { kind: "here", room, token, relay };
}

function nothing(problem: string): Pasted {
  return { kind: "nothing", problem };
}
