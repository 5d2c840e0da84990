/** Finds a viewer link in other text, and repairs it if it was damaged in transit (P-95). Pure, and linear in the text's length. */
import { MAX_TOKEN_LENGTH } from "./constants.ts";
import { FIELD_NAMES, type LinkFields, MAX_LINK_TEXT_LENGTH } from "./link.ts";
import { unwrapped } from "./link-text.ts";
import { findToken, match, readToken, roomOfToken, withoutEnding } from "./token-text.ts";

export interface FoundLink extends LinkFields {
  /** The text before the fields: `https://host/path`, or `host/path` without a scheme. Undefined if fields or a token stand alone. */
  readonly address: string | undefined;
  /** The token is incomplete: only its beginning was found. */
  readonly cutOff: boolean;
  /** Whether it is a link to this page. */
  readonly here: boolean;
}

type Candidate = Omit<FoundLink, "here">;

const FIELD = new RegExp(`(?<![\\w%-])(?:${FIELD_NAMES})=`, "gi");
const NEXT_FIELD = new RegExp(`(?:${FIELD_NAMES})=`, "iy");
/** Between fields. Lines may be broken there. */
const SEPARATOR = new RegExp(`[\\s>]*[&#?;][&#?;\\s>]*|[\\s>]+(?=(?:${FIELD_NAMES})=)`, "iy");
const NAME = /[\w-]*/y;
const RELAY = /[^\s&#?;<>"'|\\^`{}()…]*/y;
const REMAINDER = /[^&#?;\s]*/y;
const SPACED_REMAINDER = /[^&#?;]*/y;
/** Text behind a room name that is part of the name, not of the surrounding text. */
const MORE_OF_A_NAME = /^[^|)\]}>"'<»”]*[\p{L}\p{N}%/]/u;
const ESCAPE = /%[0-9a-f]{2}/i;
const SCHEME = /https?:\/\//gi;
const WITHOUT_SCHEME = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:]+\])(?::\d+)?(?:\/|$)/i;
/** Characters that may precede a link, and never occur in one. */
const DELIMITERS = new Set(" \t\r\n\f\v\u00a0<>\"“”„«»‘’'`(){}");
const PLAIN_ADDRESS = /https?:\/\/[^\s<>"“”«»]+/i;
const PUNCTUATION = ")]}'’.,;:!?*_|>…";

/**
 * Finds the link in a text: one to this page, or otherwise the first. Fields of another address never become ours.
 * @param options.isHere whether an address (see `FoundLink.address`) is that of this page
 * @param options.isAddress whether the text is only an address: then spaces are part of it
 * @returns undefined if there is no link, or the text is too long
 */
export function findLink(
  text: string,
  options: { readonly isHere: (address: string) => boolean; readonly isAddress?: boolean },
): FoundLink | undefined {
  const { isHere, isAddress = !/\s/.test(text.trim()) } = options;
  if (text.length > MAX_LINK_TEXT_LENGTH) return undefined;
  const rounds = unwrapped(text);
  const room = isAddress ? SPACED_REMAINDER : REMAINDER;
  let elsewhere: Candidate | undefined;
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

interface Group {
  readonly link: Candidate;
  /** The address joined to the word before it, if a line may have been broken within it. */
  readonly joined: string | undefined;
  readonly readable: boolean;
}

/** Groups of adjacent fields, each with the address before it. */
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

/** What precedes the fields that begin at `end`. Text before `from` is ignored. */
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

/** @param before the text before an address without a scheme: a line may have been broken between them */
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
        relay ??= withoutEnding(value, PUNCTUATION);
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
    // The following fields belong to another address.
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

/** Text behind a token of the right shape is not part of it. Any other token must be followed by nothing. */
function isUsable(
  { token, end, shaped, cutOff }: ReturnType<typeof readToken>,
  text: string,
): boolean {
  if (cutOff || token.length > MAX_TOKEN_LENGTH) return false;
  return (
    shaped || (match(REMAINDER, text, end) === "" && !/^\s+\w/.test(text.slice(end, end + 64)))
  );
}

/** Reads a text without fields: a token or an address alone. */
function aloneIn(text: string, isHere: (address: string) => boolean): FoundLink | undefined {
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
    : { ...nothing, address: here ? before : withoutEnding(address, PUNCTUATION), here };
}
