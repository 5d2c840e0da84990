/**
 * The link in the address bar. Its token is moved to where nobody sees it: into this tab's session, one for each relay and room,
 * so that a reload has it, and no other relay ever gets it.
 */
import { type Options, readFragment } from "./core/fragment.ts";
import { type Relay, type Relays, relayNamed } from "./relays.ts";
import { TAB_TOKENS } from "./tab-tokens.ts";

/** Of a window, what this needs. */
export interface LinkedPage {
  readonly location: Pick<Location, "hash" | "href">;
  readonly history: Pick<History, "state" | "replaceState">;
}

export interface Link {
  /** Undefined if the link names one that this page does not know. */
  readonly relay: Relay | undefined;
  /** The relay's name as the link has it. */
  readonly relayName: string | undefined;
  /** Undefined if none can be called so. */
  readonly room: string | undefined;
  /** For this room of this relay, of this link or of an earlier one. */
  readonly token: string | undefined;
  /** Whether neither it nor a token that this tab keeps says anything of where to go. */
  readonly bare: boolean;
  readonly options: Options;
}

/**
 * Reads the page's link, and takes the token out of its address. To be called before anybody else reads the address.
 * @param relays those that the page may dial
 */
export function readLink(page: LinkedPage, relays: Relays, tokens = TAB_TOKENS): Link {
  const { location, history } = page;
  const { room, token, relay: relayName, rest, bare, options } = readFragment(location.hash);
  const relay = relayNamed(relays, relayName);
  if (relay && room !== undefined && token !== undefined) tokens.set(relay.url, room, token);
  if (rest !== location.hash) {
    const shown = new URL(location.href);
    shown.hash = rest;
    history.replaceState(history.state, "", shown.href);
  }
  const known = relay && room !== undefined ? tokens.get(relay.url, room) : undefined;
  return { relay, relayName, room, token: known, bare: bare && known === undefined, options };
}
