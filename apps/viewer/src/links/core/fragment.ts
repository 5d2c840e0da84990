/** Reads and writes the page's fragment, `#room=name&token=…&relay=…&embed=1`, which no server ever sees. */
import { DEFAULT_ROOM, MAX_TOKEN_LENGTH, ROOM_NAME } from "@screen-share/protocol";

/** How a link wants the page to look. */
export interface Options {
  /** `embed=1`: the picture, and nothing beside it unless something is wrong. */
  readonly embedded: boolean;
  /** `background=transparent`, of an embedded page: what is behind its frame shows around the picture. */
  readonly transparent: boolean;
  /** `stats=1`: with the statistics open. */
  readonly statistics: boolean;
}

/** What a link says. */
export interface Fragment {
  /** `main` where none is named; undefined for a name that no room can have. */
  readonly room: string | undefined;
  /** Undefined where there is none, or one that no relay would read. */
  readonly token: string | undefined;
  /** The relay that it names, as it stands there; it counts only if the page knows it (`relays.ts`). */
  readonly relay: string | undefined;
  /** Whether it names neither a room, nor a token, nor a relay. */
  readonly bare: boolean;
  readonly options: Options;
  /** What may be shown: everything but tokens, as it came, with its "#" unless it is empty. */
  readonly rest: string;
}

const ROOM = "room=";
const TOKEN = "token=";
const RELAY = "relay=";
/** No link of ours is as long, chars; whoever makes one of a million would have the page read it for seconds. */
const MAX_LENGTH = 16_384;
/** RFC 7515 §7.1: three texts of base64url. */
const TOKEN_TEXT = /^[A-Za-z0-9_.-]+$/;

/** Fields as they are written; of others, those that hold nothing of a link. */
const INTACT =
  /^(?:room=[\w-]*|token=(?:eyJ[\w-]+\.[\w-]+\.[\w-]{1,43}|(?!eyJ)[\w.-]*[\w-])|relay=[\w.:/[\]%-]*)$/;
const OF_A_LINK = /token|room|relay|eyJ|[%;?#]/i;
const HARMLESS_PATH = /^[\w./-]*$/;

/**
 * Whether an address is as it was written, as far as one can see quickly. If not, `repaired.ts` reads it.
 * @param url of the page
 */
export function isIntact(url: {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}): boolean {
  const fields = url.hash.slice(1).split("&");
  return (
    isHarmlessPath(url.pathname) &&
    !OF_A_LINK.test(url.search.slice(1)) &&
    fields.every((field) => INTACT.test(field) || !OF_A_LINK.test(field))
  );
}

/** Whether nothing of a link is in a path. */
export function isHarmlessPath(path: string): boolean {
  return HARMLESS_PATH.test(path) && !path.includes("eyJ");
}

/** @param fragment with or without its "#"; of a field that stands there twice the first counts. One that is too long says nothing. */
export function readFragment(fragment: string): Fragment {
  const fields = (fragment.length > MAX_LENGTH ? "" : fragment)
    .replace(/^#/, "")
    .split("&")
    .flatMap(uncoverToken);
  // A name needs no escapes, so none are undone: whatever holds a "%" is no name.
  const named = fieldValue(fields, ROOM);
  const room = named || DEFAULT_ROOM;
  const token = fieldValue(fields, TOKEN) ?? "";
  const relay = fieldValue(fields, RELAY);
  const embedded = fieldValue(fields, "embed=") === "1";
  const rest = fields.filter((field) => !field.startsWith(TOKEN)).join("&");
  return {
    room: ROOM_NAME.test(room) ? room : undefined,
    token: token.length <= MAX_TOKEN_LENGTH && TOKEN_TEXT.test(token) ? token : undefined,
    relay: relay === undefined ? undefined : unescaped(relay),
    bare: !named && !token && relay === undefined,
    options: {
      embedded,
      statistics: fieldValue(fields, "stats=") === "1",
      transparent: embedded && fieldValue(fields, "background=") === "transparent",
    },
    rest: rest && `#${rest}`,
  };
}

/** Whether a field only says how the page is to look. */
export function isOption(field: string): boolean {
  return /^(?:embed|background|stats)=/.test(field);
}

/**
 * A link to a room, without a token.
 * @param relay as the page knows it; undefined: the link need not name it
 */
export function writeFragment(to: {
  readonly room: string;
  readonly relay: string | undefined;
  readonly options: Options;
}): string {
  const { embedded, transparent, statistics } = to.options;
  const fields = [
    ROOM + to.room,
    to.relay === undefined ? undefined : RELAY + to.relay,
    embedded ? "embed=1" : undefined,
    transparent ? "background=transparent" : undefined,
    statistics ? "stats=1" : undefined,
  ];
  return `#${fields.filter((field) => field !== undefined).join("&")}`;
}

function fieldValue(fields: readonly string[], name: string): string | undefined {
  return fields.find((field) => field.startsWith(name))?.slice(name.length);
}

/** Some programs escape a link's "=" and "&" as they pass it on: a token must not stay in sight for that. */
function uncoverToken(field: string): readonly string[] {
  const parts = unescaped(field).split("&");
  return parts.some((part) => part.startsWith(TOKEN)) ? parts : [field];
}

/** Escapes of ASCII undone; whatever else there is stays as it is. */
function unescaped(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
