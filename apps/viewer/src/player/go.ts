/** Goes to another room in this tab, as a link would, but with no token in the address even for a moment. */
import { DEFAULT_ROOM } from "@screen-share/protocol";
import type { Relays } from "./relays.ts";
import { relayNamed } from "./relays.ts";
import { TAB_TOKENS } from "./tab-tokens.ts";

export interface Goal {
  readonly room: string;
  readonly token: string | undefined;
  /** Undefined: the page's first. */
  readonly relay: string | undefined;
}

/** The link's part behind the "#", without a token. */
export function fragmentOf({ room, relay }: Goal, relays: Relays): string {
  const fields = [`room=${room || DEFAULT_ROOM}`];
  // Where there is but one, no link needs to name it.
  if (relay !== undefined && relays.length > 1) fields.push(`relay=${relay}`);
  return `#${fields.join("&")}`;
}

/** @returns whether the page knows the relay; if not, nothing happens */
export function goTo(goal: Goal, relays: Relays, tokens = TAB_TOKENS): boolean {
  const relay = relayNamed(relays, goal.relay);
  if (!relay) return false;
  if (goal.token !== undefined) tokens.set(relay.url, goal.room, goal.token);
  const fragment = fragmentOf(goal, relays);
  // The same address once more is no change for the browser; for us it is: there may be a new token.
  if (location.hash === fragment) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = fragment;
  return true;
}
