/** Goes to another room in this tab, as a link would, except that the token is never in the address. */
import { readLink, writeLink } from "@screen-share/protocol";
import { type Relays, relayNamed } from "./relays.ts";
import { TAB_TOKENS } from "./tab-tokens.ts";

/** A room, and the name of its relay in links. Undefined: the first relay of the page. */
export interface Destination {
  readonly room: string;
  readonly relay: string | undefined;
}

/** The fragment of a link to a place, without a token. It keeps how the page looks. */
export function fragmentOf({ room, relay }: Destination, relays: Relays): string {
  const { options } = readLink(location.href);
  // If there is only one relay, links need not name it.
  return writeLink("", { room, relay: relays.length > 1 ? relay : undefined, options });
}

/** @returns whether the page knows the relay; if not, nothing happens */
export function goTo(
  goal: Destination & { readonly token: string | undefined },
  relays: Relays,
  tokens = TAB_TOKENS,
): boolean {
  const relay = relayNamed(relays, goal.relay);
  if (!relay) return false;
  if (goal.token !== undefined) tokens.set(relay.url, goal.room, goal.token);
  const fragment = fragmentOf(goal, relays);
  // For the browser the same address is no change, but there may be a new token.
  if (location.hash === fragment) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = fragment;
  return true;
}
