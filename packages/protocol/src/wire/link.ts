/**
 * A viewer's link (P-90): written, and read again however it was passed on. Every way to open or paste a link goes through here, so
 * that what a mail program did to it is undone in one place (P-95). Pure, and linear in the length of the text.
 */
import { MAX_TOKEN_LENGTH } from "./constants.ts";
import { unwrapped } from "./link-text.ts";
import { findToken, readToken, roomOfToken } from "./token-text.ts";

/** Longer text is not read, UTF-16 units. */
export const MAX_LINK_TEXT_LENGTH = 16_384;

/** What the fields of a link say. */
export interface LinkFields {
  /** As it is named, though no room may be called so; undefined if none is named. */
  readonly room: string | undefined;
  /** Undefined if there is none, or one that no relay would read. */
  readonly token: string | undefined;
  /** The relay, by its name. */
  readonly relay: string | undefined;
  /** How the page must look, such as `embed=1`. */
  readonly options: readonly string[];
}

export interface FoundLink extends LinkFields {
  /**
   * What stands before the fields, without query and fragment: `https://host/path`, or `host/path` where the scheme was left out.
   * Undefined where fields or a token stand alone.
   */
  readonly address: string | undefined;
  /** Only the beginning of a token is there. */
  readonly cutOff: boolean;
}

const FIELD = /(?<![\w%-])(room|token|relay|embed|background|stats)=/gi;
const NEXT_FIELD = /(room|token|relay|embed|background|stats)=/iy;
/** What divides fields; lines may be broken there. */
const SEPARATOR = /[\s>]*[&#?;][&#?;\s>]*|[\s>]+(?=(?:room|token|relay|embed|background|stats)=)/iy;
const NAME = /[\w-]*/y;
const RELAY = /[^\s&#?;<>"'|\\^`{}()…]*/y;
const REMAINDER = /[^&#?;\s]*/y;
const SPACED_REMAINDER = /[^&#?;]*/y;
/** What makes a room's name another one, and not only something that was put behind it. */
const MORE_OF_A_NAME = /^[^|)\]}>"'<»”]*[\p{L}\p{N}%/]/u;
const ESCAPE = /%[0-9a-f]{2}/i;
const SCHEME = /https?:\/\//gi;
const WITHOUT_SCHEME = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:]+\])(?::\d+)?(?:\/|$)/i;
/** In front of a link, never in one. */
const DELIMITERS = new Set(" \t\r\n\f\v\u00a0<>\"“”„«»‘’'`(){}");
const PLAIN_ADDRESS = /https?:\/\/[^\s<>"“”«»]+/i;
const PUNCTUATION = new Set(")]}'’.,;:!?*_|>…");

/**
 * The link in a text: one that leads here, or else the first that leads anywhere. What stands around it, and what was done to it, does
 * not matter; but fields that belong to another address never become ours.
 * @param text an address, or whatever was pasted
 * @param options.isHere whether an address, as `FoundLink` has it, is that of this page
 * @param options.isAddress whether the text is an address and nothing else: then spaces are a part of it
 * @returns undefined if there is no link, or the text is too long
 */
export function findLink(
  text: string,
  options: { readonly isHere: (address: string) => boolean; readonly isAddress?: boolean },
): (FoundLink & { readonly here: boolean }) | undefined {
  const { isHere, isAddress = !/\s/.test(text.trim()) } = options;
  if (text.length > MAX_LINK_TEXT_LENGTH) return undefined;
  const rounds = unwrapped(text);
  const room = isAddress ? SPACED_REMAINDER : REMAINDER;
  let elsewhere: FoundLink | undefined;
  for (const [round, unescaped] of rounds.entries()) {
    const groups = groupsIn(unescaped, room);
    const last = round === rounds.length - 1;
    for (const { link, joined, readable } of groups) {
      if (!last && !readable) continue;
      if (joined !== undefined && isHere(joined)) return { ...link, address: joined, here: true };
      if (link.address === undefined || isHere(link.address)) return { ...link, here: true };
      if (last && joined === undefined) elsewhere ??= link;
    }
    if (last && groups.length === 0) return aloneIn(unescaped, isHere);
  }
  return elsewhere && { ...elsewhere, here: false };
}

/** A link to `base`, which may have fields already: what is undefined is left out. */
export function writeLink(base: string, fields: Partial<LinkFields>): string {
  const { room, relay, options = [], token } = fields;
  const written = [
    room === undefined ? undefined : `room=${room}`,
    relay === undefined ? undefined : `relay=${relay}`,
    ...options,
    token === undefined ? undefined : `token=${token}`,
  ].filter((field) => field !== undefined);
  if (written.length === 0) return base;
  return `${base}${base.includes("#") ? "&" : "#"}${written.join("&")}`;
}

interface Group {
  readonly link: FoundLink;
  /** The address with the word in front, which ends in the middle of a host's name or path. */
  readonly joined: string | undefined;
  /** Nothing in it is escaped, so it means what it says. */
  readonly readable: boolean;
}

/** Fields that stand together, and the address in front of them. */
function groupsIn(text: string, roomRemainder: RegExp): readonly Group[] {
  const groups: Group[] = [];
  let from = 0;
  for (;;) {
    FIELD.lastIndex = from;
    const first = FIELD.exec(text);
    if (!first) return groups;
    const { fields, end, cutOff } = readFields(text, first.index, roomRemainder);
    const place = placeOf(text, from, first.index);
    const mayStandAlone = place.isFirst || fields.token !== undefined;
    if (place.address !== undefined || (place.isAlone && mayStandAlone)) {
      const readable = !ESCAPE.test(place.escapable + text.slice(first.index, end));
      const { address, joined } = place;
      groups.push({ link: { ...fields, address, cutOff }, joined, readable });
    }
    from = end;
  }
}

/** What stands in front of the fields that begin at `end`; nothing before `from` belongs to it. */
function placeOf(text: string, from: number, end: number) {
  const word = startOfWord(text, from, end);
  let begin = end;
  while (begin > word && !DELIMITERS.has(text[begin - 1] ?? "")) begin--;
  const before = text.slice(begin, end);
  const scheme = [...before.matchAll(SCHEME)].at(-1);
  const [address = ""] = before.slice(scheme?.index ?? 0).split(/[#?]/, 1);
  const [, fragment] = before.split("#");
  const apart = !text.slice(word, begin).includes("://");
  const schemeless = !scheme && apart && WITHOUT_SCHEME.test(address);
  return {
    address: scheme ? address.replace(/&$/, "") : schemeless ? address : undefined,
    joined: schemeless ? joinedAddress(text.slice(from, word), address) : undefined,
    isAlone: apart && /^[#?&/!]*$/.test(before),
    isFirst: from === 0 && !/[\p{L}\p{N}]/u.test(text.slice(0, begin)),
    escapable: fragment ?? before,
  };
}

function startOfWord(text: string, from: number, end: number): number {
  let begin = end;
  while (begin > from && !/\s/.test(text[begin - 1] ?? "")) begin--;
  return begin;
}

/** @param before the text in front of an address whose scheme is missing: a line may have been broken there */
function joinedAddress(before: string, address: string): string | undefined {
  const end = before.trimEnd().length;
  const word = before.slice(startOfWord(before, 0, end), end);
  const scheme = [...word.matchAll(SCHEME)].at(-1);
  return scheme && !/[#?]/.test(word) ? word.slice(scheme.index) + address : undefined;
}

function readFields(
  text: string,
  at: number,
  roomRemainder: RegExp,
): { readonly fields: LinkFields; readonly end: number; readonly cutOff: boolean } {
  const options: string[] = [];
  let [room, token, relay]: (string | undefined)[] = [];
  let cutOff = false;
  let end = at;
  for (;;) {
    const name = match(NEXT_FIELD, text, end).slice(0, -1).toLowerCase();
    end += name === "" ? 0 : name.length + 1;
    switch (name) {
      case "room": {
        const value = match(NAME, text, end);
        const remainder = match(roomRemainder, text, end + value.length);
        room ||= MORE_OF_A_NAME.test(remainder) ? value + remainder : value;
        end += value.length;
        break;
      }
      case "token": {
        const found = readToken(text, end);
        end = found.end;
        cutOff ||= token === undefined && found.cutOff;
        token ??= isUsable(found, text) ? found.token : "";
        break;
      }
      case "relay": {
        const value = match(RELAY, text, end);
        relay ??= withoutPunctuation(value);
        end += value.length;
        break;
      }
      case "":
        break;
      default: {
        const value = match(NAME, text, end);
        options.push(`${name}=${value}`);
        end += value.length;
      }
    }
    const remainder = match(REMAINDER, text, end);
    // What follows belongs to an address of its own.
    if (remainder.includes("://")) break;
    end += remainder.length;
    const separator = match(SEPARATOR, text, end);
    if (separator === "") break;
    end += separator.length;
  }
  return {
    fields: { room: room || undefined, token: token || undefined, relay, options },
    end,
    cutOff,
  };
}

/** Whatever stands behind a token of the right shape was put there; anything else must be a token from one end to the other. */
function isUsable(
  { token, end, shaped, cutOff }: ReturnType<typeof readToken>,
  text: string,
): boolean {
  if (cutOff || token.length > MAX_TOKEN_LENGTH) return false;
  return (
    shaped || (match(REMAINDER, text, end) === "" && !/^\s+\w/.test(text.slice(end, end + 64)))
  );
}

/** A text without fields: a token, an address, or a room's name. */
function aloneIn(
  text: string,
  isHere: (address: string) => boolean,
): (FoundLink & { readonly here: boolean }) | undefined {
  const nothing = {
    room: undefined,
    token: undefined,
    relay: undefined,
    options: [],
    cutOff: false,
  };
  const address = PLAIN_ADDRESS.exec(text)?.[0];
  const [before = ""] = address?.split(/[#?]/, 1) ?? [];
  const here = address === undefined || isHere(before);
  const found =
    here && !text.replace(address ?? "", "").includes("://") ? findToken(text) : undefined;
  if (found) {
    const token = found.cutOff ? undefined : found.token;
    const room = token && roomOfToken(token);
    return { ...nothing, address: undefined, room, token, cutOff: found.cutOff, here: true };
  }
  return address === undefined
    ? undefined
    : { ...nothing, address: here ? before : withoutPunctuation(address), here };
}

function withoutPunctuation(text: string): string {
  let end = text.length;
  while (end > 0 && PUNCTUATION.has(text[end - 1] ?? "")) end--;
  return text.slice(0, end);
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
