/**
 * Viewer links (P-90): the page's address and fields in a fragment, which no server is sent: `https://host/#room=demo&token=…`. Here they
 * are read, written and stripped of their token; `find-link.ts` finds and repairs them in other text. Pure.
 */
import { DEFAULT_ROOM, MAX_TOKEN_LENGTH } from "./constants.ts";

/** Longer links and texts are not read, UTF-16 units. Reading a fragment of a million characters would take seconds. */
export const MAX_LINK_TEXT_LENGTH = 16_384;

/** The names of all fields, for use in patterns. */
export const FIELD_NAMES = "room|token|relay|embed|background|stats";

export interface LinkFields {
  /** As written, even if it is not a valid room name (P-3). Undefined if no room is named. */
  readonly room: string | undefined;
  /** Undefined if there is none, or one that no relay would read. */
  readonly token: string | undefined;
  readonly relay: string | undefined;
  /** How the page looks, such as `embed=1`. */
  readonly options: readonly string[];
}

export interface ReadLink extends LinkFields {
  /** Whether there is a token, readable or not. */
  readonly hasToken: boolean;
  /** The link as it may be shown: without tokens, and otherwise unchanged. */
  readonly shown: string;
}

/** RFC 7515 §7.1: three base64url texts. */
const TOKEN_TEXT = /^[\w.-]+$/;
const TOKEN_FIELD = /^token=/;
const OPTION_FIELD = /^(?:embed|background|stats)=/;

/** Reads a link. If a field occurs twice, the first counts. The fields of a link that is too long are dropped. */
export function readLink(link: string): ReadLink {
  const { address, fields } = split(link);
  const value = (name: string) =>
    fields.find((field) => field.startsWith(`${name}=`))?.slice(name.length + 1);
  const token = value("token") ?? "";
  const relay = value("relay");
  const options = ["embed", "background", "stats"].flatMap((name) => {
    const option = value(name);
    return option === undefined ? [] : [`${name}=${option}`];
  });
  return {
    // Room names need no escapes, so none are undone: a name with a "%" is not valid.
    room: value("room") || undefined,
    token: token.length <= MAX_TOKEN_LENGTH && TOKEN_TEXT.test(token) ? token : undefined,
    relay: relay === undefined ? undefined : unescaped(relay),
    options,
    hasToken: token !== "",
    shown: joined(
      address,
      fields.filter((field) => !TOKEN_FIELD.test(field)),
    ),
  };
}

/** Adds fields to a link, or to an address without fields. */
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

/** A link to a room on the viewer page at `base`. Without a token, the default room needs no name. */
export function roomLink(
  base: string,
  { room, token }: { readonly room: string; readonly token?: string },
): string {
  const isNamed = token !== undefined || room !== DEFAULT_ROOM;
  return writeLink(base, { room: isNamed ? room : undefined, token });
}

/** The link to give to other people, without how the page looks. @param shown the page's link, without its token */
export function shareLink(shown: string, token: string | undefined): string {
  const { address, fields } = split(shown);
  const kept = fields.filter((field) => field !== "" && !OPTION_FIELD.test(field));
  return writeLink(joined(address, kept), { token });
}

/** Fields as `writeLink` writes them. Others are intact if they contain nothing that looks like part of a link. */
const INTACT_FIELD =
  /^(?:room=[\w-]*|token=(?:eyJ[\w-]+\.[\w-]+\.[\w-]{1,43}|(?!eyJ)[\w.-]*[\w-])|relay=[\w.:/[\]%-]*)$/;
const PART_OF_A_LINK = /token|room|relay|eyJ|[%;?#]/i;

/** Whether the page's address is as it was written, by a quick look at its URL. If not, `findLink` reads it. */
export function isIntact(url: {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}): boolean {
  const fields = url.hash.slice(1).split("&");
  return (
    isHarmlessPath(url.pathname) &&
    !PART_OF_A_LINK.test(url.search.slice(1)) &&
    fields.every((field) => INTACT_FIELD.test(field) || !PART_OF_A_LINK.test(field))
  );
}

export function isHarmlessPath(path: string): boolean {
  return /^[\w./-]*$/.test(path) && !path.includes("eyJ");
}

function split(link: string): { readonly address: string; readonly fields: readonly string[] } {
  const [address = "", fragment = ""] = link.split(/#(.*)/s);
  const isRead = fragment.length <= MAX_LINK_TEXT_LENGTH;
  return { address, fields: isRead ? fragment.split("&").flatMap(uncoverToken) : [] };
}

function joined(address: string, fields: readonly string[]): string {
  const fragment = fields.join("&");
  return fragment === "" ? address : `${address}#${fragment}`;
}

/** Some programs escape the "=" and "&" of a link: its token must not stay in sight for that reason. */
function uncoverToken(field: string): readonly string[] {
  const parts = unescaped(field).split("&");
  return parts.some((part) => TOKEN_FIELD.test(part)) ? parts : [field];
}

function unescaped(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
