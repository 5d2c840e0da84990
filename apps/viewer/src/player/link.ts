/**
 * The link in the address bar. Its token is moved to where nobody sees it: into this tab's session, one for each relay and room,
 * so that a reload has it, and no other relay ever gets it.
 */
import { readFragment } from "./core/fragment.ts";

/** Of a window, what this needs. */
export interface LinkedPage {
  readonly location: Pick<Location, "hash" | "href">;
  readonly history: Pick<History, "state" | "replaceState">;
}

/** The tokens of this tab. */
export class TabTokens {
  /** What the browser would not store: it lasts as long as the page does. */
  readonly #unstored = new Map<string, string>();

  /** @param storage called at each use; may throw, as browsers do where storage is blocked */
  constructor(private readonly storage: () => Pick<Storage, "getItem" | "setItem">) {}

  /** The newest that was set for this relay and room. */
  get(relayUrl: string, room: string): string | undefined {
    const key = keyOf(relayUrl, room);
    const unstored = this.#unstored.get(key);
    if (unstored !== undefined) return unstored;
    try {
      return this.storage().getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  }

  set(relayUrl: string, room: string, token: string): void {
    const key = keyOf(relayUrl, room);
    try {
      this.storage().setItem(key, token);
      this.#unstored.delete(key);
    } catch {
      this.#unstored.set(key, token);
    }
  }
}

function keyOf(relayUrl: string, room: string): string {
  return `screen-share token ${new URL(relayUrl).origin} ${room}`;
}

/** This page's, shared by all who read its link. */
const TAB_TOKENS = new TabTokens(() => window.sessionStorage);

/**
 * Reads the page's link, and takes the token out of its address. To be called before anybody else reads the address.
 * @param relayUrl the relay that the page dials: where the token may go
 * @returns the room, undefined if none can be called so; and the token for it, of this link or of an earlier one
 */
export function readLink(
  page: LinkedPage,
  relayUrl: string,
  tokens = TAB_TOKENS,
): { readonly room: string | undefined; readonly token: string | undefined } {
  const { location, history } = page;
  const { room, token, rest } = readFragment(location.hash);
  if (room !== undefined && token !== undefined) tokens.set(relayUrl, room, token);
  if (rest !== location.hash) {
    const shown = new URL(location.href);
    shown.hash = rest;
    history.replaceState(history.state, "", shown.href);
  }
  return { room, token: room === undefined ? undefined : tokens.get(relayUrl, room) };
}
