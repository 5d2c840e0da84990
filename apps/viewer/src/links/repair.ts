/**
 * A link that was damaged on its way to the address bar, read all the same (P-95). Loaded only when one comes: what `core/fragment.ts`
 * reads is enough for all others.
 */
import { type FoundLink, findLink, ROOM_NAME, writeLink } from "@screen-share/protocol";
import type { Damage } from "./link.ts";

export interface Repaired {
  /** The link as it should have come, without the page's address: a fragment, token and all; "" if nothing was found. */
  readonly fragment: string;
  /** Undefined if it came as it was written. */
  readonly damage: Exclude<Damage, "unread"> | undefined;
}

/** @param url the page's address as it was opened */
export function repairLink({ origin, pathname, search, hash }: URL): Repaired {
  const options = { isHere: (address: string) => isOf(origin, address), isAddress: true };
  const inFragment = findLink(hash, options);
  // Some programs escape the "#", or leave it out: then it all went to the server as a path or a query.
  const found = says(inFragment) ? inFragment : findLink(origin + pathname + search, options);
  if (!says(found)) return { fragment: "", damage: undefined };
  const { room, relay, token, cutOff } = found;
  const fields = hash.slice(1).split("&");
  const came =
    (room === undefined || !ROOM_NAME.test(room) || fields.includes(`room=${room}`)) &&
    (token === undefined || fields.includes(`token=${token}`));
  return {
    fragment: writeLink("", { ...found, relay: relay && encodeURI(relay) }),
    damage: cutOff ? "cut-off" : came ? undefined : "repaired",
  };
}

/** Whether an address is one of this origin; any page of it leads to this one. */
function isOf(origin: string, address: string): boolean {
  try {
    return new URL(address).origin === origin;
  } catch {
    return false;
  }
}

/** Whether it is a link of this page, and says where to go. */
function says<Found extends FoundLink & { readonly here: boolean }>(
  found: Found | undefined,
): found is Found {
  if (!found?.here) return false;
  const { room, token, relay, cutOff } = found;
  return cutOff || room !== undefined || token !== undefined || relay !== undefined;
}
