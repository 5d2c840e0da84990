/** Goes to another room in this tab, as a link would, but with no token in the address even for a moment. */
import { readFragment, writeFragment } from "./core/fragment.ts";
import { type Relays, relayNamed } from "./relays.ts";
import { TAB_TOKENS } from "./tab-tokens.ts";

/** A room, and the relay that it is on, as links name it; undefined: the page's first. */
export interface Place {
  readonly room: string;
  readonly relay: string | undefined;
}

/** The link's part behind the "#", without a token. How the page looks stays as it is. */
export function fragmentOf({ room, relay }: Place, relays: Relays): string {
  return writeFragment({
    room,
    // Where there is but one, no link needs to name it.
    relay: relays.length > 1 ? relay : undefined,
    options: readFragment(location.hash).options,
  });
}

/** @returns whether the page knows the relay; if not, nothing happens */
export function goTo(
  goal: Place & { readonly token: string | undefined },
  relays: Relays,
  tokens = TAB_TOKENS,
): boolean {
  const relay = relayNamed(relays, goal.relay);
  if (!relay) return false;
  if (goal.token !== undefined) tokens.set(relay.url, goal.room, goal.token);
  const fragment = fragmentOf(goal, relays);
  // The same address once more is no change for the browser; for us it is: there may be a new token.
  if (location.hash === fragment) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = fragment;
  return true;
}
