/** Reads a link that was damaged before it reached the address bar (P-95). Loaded only if there is one: `readLink` reads all others. */
import { type FoundLink, findLink, ROOM_NAME, writeLink } from "@screen-share/protocol";
import type { LinkDamage } from "./link.ts";

export interface Repaired {
  /** The fragment that the link should have had, including its token. "" if no link was found. */
  readonly fragment: string;
  readonly damage: Exclude<LinkDamage, "unread"> | undefined;
}

/** @param url the page's address as it was opened */
export function repairLink({ origin, pathname, search, hash }: URL): Repaired {
  // Any page of this origin leads to this one.
  const isHere = (address: string) => URL.canParse(address) && new URL(address).origin === origin;
  const options = { isHere, isAddress: true };
  const inFragment = findLink(hash, options);
  // Some programs escape or drop the "#": then the whole link was sent to the server, as a path or a query.
  const found = leadsSomewhere(inFragment)
    ? inFragment
    : findLink(origin + pathname + search, options);
  if (!leadsSomewhere(found)) return { fragment: "", damage: undefined };
  const { room, relay, token, cutOff } = found;
  const fields = hash.slice(1).split("&");
  const isIntact =
    (room === undefined || !ROOM_NAME.test(room) || fields.includes(`room=${room}`)) &&
    (token === undefined || fields.includes(`token=${token}`));
  return {
    fragment: writeLink("", { ...found, relay: relay && encodeURI(relay) }),
    damage: cutOff ? "cut-off" : isIntact ? undefined : "repaired",
  };
}

/** Whether it is a link to this page that names a place or had a token. */
function leadsSomewhere(found: FoundLink | undefined): found is FoundLink {
  if (!found?.here) return false;
  const { room, token, relay, cutOff } = found;
  return cutOff || room !== undefined || token !== undefined || relay !== undefined;
}
