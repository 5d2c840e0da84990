/** What somebody has put into the field for a link: a link as it came, the part of it behind the "#", or just a room's name. Pure. */
import { DEFAULT_ROOM, ROOM_NAME } from "@screen-share/protocol";
import { readFragment } from "./fragment.ts";

export type Pasted =
  /** For this page: where to go, and what to show there. */
  | {
      readonly kind: "here";
      readonly room: string;
      readonly token: string | undefined;
      /** As the link names it. */
      readonly relay: string | undefined;
    }
  /** A link to another page, to be opened there: its token is not for us. */
  | { readonly kind: "elsewhere"; readonly address: string; readonly host: string }
  | { readonly kind: "nothing"; readonly problem: string };

/** What a page's address is, before the "#" and without a query. */
const ADDRESS = /^(https?):\/\/([^/?#\s]+)([^?#\s]*)(?:\?[^#\s]*)?(?:#(\S*))?$/i;
const FIELD = /(^|[#&])(room|token|relay)(=|%3d)/i;

/** @param page the address of this page: origin and path */
export function readPasted(
  text: string,
  page: { readonly origin: string; readonly path: string },
): Pasted {
  // Programs put links into angle brackets, and break them over lines.
  const trimmed = text.replace(/\s+/g, "").replace(/^<(.*)>$/, "$1");
  if (trimmed === "") return nothing("Paste a link, or enter a room’s name.");
  const [, scheme, host, path = "", fragment = ""] = ADDRESS.exec(trimmed) ?? [];
  if (scheme !== undefined && host !== undefined) {
    const origin = `${scheme}://${host}`.toLowerCase();
    const same = origin === page.origin && (path || "/") === page.path;
    return same ? here(fragment) : { kind: "elsewhere", address: trimmed, host };
  }
  if (FIELD.test(trimmed)) return here(trimmed);
  if (ROOM_NAME.test(trimmed)) {
    return { kind: "here", room: trimmed, token: undefined, relay: undefined };
  }
  return nothing("This is neither a link nor a room’s name.");
}

function here(fragment: string): Pasted {
  const { room, token, relay } = readFragment(fragment);
  if (room === undefined) return nothing("The link’s room cannot be: it may have been cut off.");
  return { kind: "here", room: room || DEFAULT_ROOM, token, relay };
}

function nothing(problem: string): Pasted {
  return { kind: "nothing", problem };
}
