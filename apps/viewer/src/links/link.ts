/**
 * The link in the page's address bar. Its token is moved into this tab's session storage, one for each relay and room: a reload finds it
 * there, and it is sent to no other relay (P-92). If the browser stores nothing, it stays in the state of the history entry.
 */
import {
  DEFAULT_ROOM,
  isHarmlessPath,
  isIntact,
  ROOM_NAME,
  readLink as readFields,
  writeLink,
} from "@screen-share/protocol";
import { type ListedRelay, type Relays, relayNamed } from "./relays.ts";
import { TAB_TOKENS } from "./tab-tokens.ts";

/** What the first script of the page (`scripts/opening.js`) leaves for the rest of it. */
interface Opening {
  /** The link that the page was opened with, which the address no longer shows. Undefined once it was read. */
  link: string | undefined;
  begun(): void;
}

declare global {
  interface Window {
    readonly opening?: Opening;
  }
}

export interface LinkedPage {
  readonly location: Pick<Location, "href">;
  readonly history: Pick<History, "state" | "replaceState">;
  readonly opening?: Opening | undefined;
}

/** A damaged link starts as `unread`. Once it has been read, it is `repaired`, or `cut-off` if its token is incomplete. */
export type LinkDamage = "unread" | "repaired" | "cut-off";

interface Options {
  /** `embed=1`: only the picture, unless something is wrong. */
  readonly embedded: boolean;
  /** `background=transparent`, in an embedded page: the page around the frame shows around the picture. */
  readonly transparent: boolean;
  /** `stats=1`: the statistics are open. */
  readonly statistics: boolean;
}

export interface Link {
  /** Undefined if the page does not know the relay that the link names. */
  readonly relay: ListedRelay | undefined;
  /** The relay's name as written in the link. */
  readonly relayName: string | undefined;
  /** Undefined if the link names an invalid room. */
  readonly room: string | undefined;
  /** The token for this room of this relay, from this link or from an earlier one. */
  readonly token: string | undefined;
  /** Whether the link names neither relay, room nor token, and this tab keeps no token for it. */
  readonly bare: boolean;
  /** If it is `unread`, nothing else here counts. */
  readonly damage: LinkDamage | undefined;
  readonly options: Options;
}

/** How the page came to show its address. */
interface Origin {
  readonly shown: string;
  readonly damage: LinkDamage | undefined;
  readonly unread?: string | undefined;
}

const ORIGINS = new WeakMap<LinkedPage, Origin>();

/** Reads the page's link, and takes the token out of the address. Must be called before anything else reads the address. */
export function readLink(page: LinkedPage, relays: Relays, tokens = TAB_TOKENS): Link {
  const { location, opening } = page;
  const href = opening?.link ?? location.href;
  if (opening) opening.link = undefined;
  const last = ORIGINS.get(page);
  const known = last?.shown === href;
  if (known && last.unread !== undefined) return hide(page, last.unread, relays);
  if (!known && !isIntact(new URL(href))) return hide(page, href, relays);
  return putLink(page, { href, relays, damage: known ? last.damage : undefined }, tokens);
}

/** A link that was opened and looks damaged, in full. Once it has been repaired, pass the result to `putLink`. */
export function unreadLink(page: LinkedPage): string | undefined {
  return ORIGINS.get(page)?.unread;
}

/** Reads another link in place of the one in the address, and shows it there without its token. */
export function putLink(
  page: LinkedPage,
  { href, damage, relays }: { href: string; damage: LinkDamage | undefined; relays: Relays },
  tokens = TAB_TOKENS,
): Link {
  const { room: named, token, relay: relayName, options, hasToken, shown } = readFields(href);
  const room = ROOM_NAME.test(named ?? DEFAULT_ROOM) ? (named ?? DEFAULT_ROOM) : undefined;
  const relay = relayNamed(relays, relayName);
  if (relay && room !== undefined && token !== undefined) tokens.set(relay.url, room, token);
  const kept = relay && room !== undefined ? tokens.get(relay.url, room) : undefined;
  ORIGINS.set(page, { shown, damage });
  show(page, shown, kept?.stored === false ? writeLink(shown, { token: kept.token }) : undefined);
  return {
    ...{ relay, relayName, room, damage },
    token: kept?.token,
    bare: named === undefined && relayName === undefined && !hasToken && kept === undefined,
    options: optionsOf(options),
  };
}

/** Shows only the page's own address, without the link. Until the link is read, a reload finds it in the history's state. */
function hide(page: LinkedPage, href: string, relays: Relays): Link {
  const { origin, pathname } = new URL(href);
  const shown = origin + (isHarmlessPath(pathname) ? pathname : "/");
  ORIGINS.set(page, { shown, damage: "unread", unread: href });
  show(page, shown, href);
  const nowhere = { relayName: undefined, room: undefined, token: undefined, bare: true };
  return { ...nowhere, relay: relays[0], damage: "unread", options: optionsOf([]) };
}

/** @param link a link that a reload must find, in the state of the history entry */
function show({ location, history }: LinkedPage, shown: string, link: string | undefined): void {
  const { link: before, ...others } = (history.state ?? {}) as { readonly link?: unknown };
  if (shown === location.href && before === link) return;
  const state: unknown = before === link ? history.state : { ...others, link };
  history.replaceState(state, "", shown);
}

function optionsOf(fields: readonly string[]): Options {
  const embedded = fields.includes("embed=1");
  const transparent = embedded && fields.includes("background=transparent");
  return { embedded, transparent, statistics: fields.includes("stats=1") };
}

/** Where a link leads: to a screen, or to a page that explains why not. `choose`: it names no relay, and there are several. */
export type Entrance =
  | { readonly kind: "watch"; readonly relayUrl: string }
  | { readonly kind: "choose" }
  | { readonly kind: "unknown-relay"; readonly name: string }
  | { readonly kind: "unsupported"; readonly missing: string };

/** @param page.missing an API that the player needs and the browser lacks */
export function entranceOf(
  { relay, relayName = "", bare }: Pick<Link, "relay" | "relayName" | "bare">,
  { relayCount, missing }: { relayCount: number; missing: string | undefined },
): Entrance {
  if (missing !== undefined) return { kind: "unsupported", missing };
  if (!relay) return { kind: "unknown-relay", name: relayName };
  return bare && relayCount > 1 ? { kind: "choose" } : { kind: "watch", relayUrl: relay.url };
}
