/**
 * The link in the address bar. Its token is moved to where nobody sees it: into this tab's session, one for each relay and room, so
 * that a reload has it, and no other relay ever gets it. Where the browser stores nothing it stays in the state of the history's entry.
 */
import { isHarmlessPath, isIntact, type Options, readFragment } from "./core/fragment.ts";
import type { Opening } from "./opening.ts";
import { type Relay, type Relays, relayNamed } from "./relays.ts";
import { TAB_TOKENS } from "./tab-tokens.ts";

/** What this needs of a window. */
export interface LinkedPage {
  readonly location: Pick<Location, "href">;
  readonly history: Pick<History, "state" | "replaceState">;
  readonly opening?: Opening | undefined;
}

/**
 * What was done to a link on its way. It has to be `unread` before that is known; then it is `repaired`, or `cut-off`, its token gone
 * for good.
 */
export type Damage = "unread" | "repaired" | "cut-off";

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
  /** Of the link that led to this address. If that is `unread`, nothing else here counts. */
  readonly damage: Damage | undefined;
  readonly options: Options;
}

/** What the address that a page shows came from. */
interface Origin {
  readonly shown: string;
  readonly damage: Damage | undefined;
  /** What was there, if it is still to be read. */
  readonly unread?: string | undefined;
}

const ORIGINS = new WeakMap<LinkedPage, Origin>();

/**
 * Reads the page's link, and takes the token out of its address. To be called before anything else reads the address.
 * @param relays those that the page may dial
 */
export function readLink(page: LinkedPage, relays: Relays, tokens = TAB_TOKENS): Link {
  const { location, opening } = page;
  const href = opening?.link ?? location.href;
  if (opening) opening.link = undefined;
  const last = ORIGINS.get(page);
  const known = last?.shown === href;
  if (known && last.unread !== undefined) return hide(page, last.unread, relays);
  if (!known && !isIntact(new URL(href))) return hide(page, href, relays);
  return take(page, { href, relays, tokens, damage: known ? last.damage : undefined });
}

/** A link that was opened and looks damaged, whole: once it is read, `putLink` has the rest. */
export function unreadLink(page: LinkedPage): string | undefined {
  return ORIGINS.get(page)?.unread;
}

/** Reads another link in place of the one that was damaged. */
export function putLink(
  page: LinkedPage,
  link: { readonly href: string; readonly damage: Damage | undefined; readonly relays: Relays },
  tokens = TAB_TOKENS,
): Link {
  return take(page, { ...link, tokens });
}

/** Leaves nothing of it in the address but the page's own. Until it is read, a reload finds it in the history's state. */
function hide(page: LinkedPage, href: string, relays: Relays): Link {
  const url = new URL(href);
  const shown = url.origin + (isHarmlessPath(url.pathname) ? url.pathname : "/");
  ORIGINS.set(page, { shown, damage: "unread", unread: href });
  note(page, shown, href);
  const { options } = readFragment("");
  const nowhere = { relayName: undefined, room: undefined, token: undefined, bare: true, options };
  return { ...nowhere, relay: relays[0], damage: "unread" };
}

function take(
  page: LinkedPage,
  from: {
    readonly href: string;
    readonly damage: Damage | undefined;
    readonly relays: Relays;
    readonly tokens: typeof TAB_TOKENS;
  },
): Link {
  const { href, damage, relays, tokens } = from;
  const url = new URL(href);
  const { room, token, relay: relayName, rest, bare, options } = readFragment(url.hash);
  url.hash = rest;
  const relay = relayNamed(relays, relayName);
  if (relay && room !== undefined && token !== undefined) tokens.set(relay.url, room, token);
  const kept = relay && room !== undefined ? tokens.get(relay.url, room) : undefined;
  const joint = rest === "" ? "#" : "&";
  ORIGINS.set(page, { shown: url.href, damage });
  note(
    page,
    url.href,
    kept?.stored === false ? `${url.href}${joint}token=${kept.token}` : undefined,
  );
  const said = { relay, relayName, room, token: kept?.token, damage, options };
  return { ...said, bare: bare && kept === undefined };
}

/** Shows an address; a link that a reload must have is noted in the state of its entry. */
function note({ location, history }: LinkedPage, shown: string, link: string | undefined): void {
  const { link: before, ...others } = (history.state ?? {}) as { readonly link?: unknown };
  if (shown === location.href && before === link) return;
  const state: unknown = before === link ? history.state : { ...others, link };
  history.replaceState(state, "", shown);
}
