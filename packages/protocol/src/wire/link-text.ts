/**
 * Undoes the damage that mail programs, chats, wikis and filters do to links. Every step is linear in the length of the text: no
 * pattern here can match the same characters in two ways. Pure.
 */
import { FIELD_NAMES } from "./link.ts";

/** A link may have been escaped this many times. */
const MAX_ROUNDS = 3;

/** Characters that are not visible: zero-width, soft hyphen, byte order mark, direction marks, variation selectors. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const CONTROL = /\p{Cc}/gu;
const ENTITY = /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,16}));/gi;
/** An entity without its semicolon, before one of our fields. */
const OPEN_ENTITY = new RegExp(`&amp(?=(?:${FIELD_NAMES})=)`, "gi");
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  equals: "=",
  gt: ">",
  hash: "#",
  lowbar: "_",
  lt: "<",
  nbsp: " ",
  num: "#",
  percnt: "%",
  period: ".",
  quot: '"',
  sol: "/",
};
const ESCAPES = /(?:%[0-9a-f]{2})+/gi;
/** Quoted-printable (RFC 2045 §6.7). Tokens begin with "eyJ", so "3D" is never part of one. */
const QUOTED_PRINTABLE = /token=3DeyJ/i;
/** A soft line break. A text field may have replaced the end of the line by a space. */
const SOFT_BREAK = /=(?:\r\n|[\r\n ])/g;
const QUOTED_CHARACTER = /=([2-7][0-9A-F])/g;
/** Proofpoint's URL Defense: version 2 writes "/" as "_" and escapes other punctuation by "-"; version 3 writes "#" as "*". */
const URL_DEFENSE_2 = /(\/v2\/url\?u=)([\w.-]+)/g;
const URL_DEFENSE_3 = /(\/v3\/__)([^\s"'<>]+)/g;
const BRACKETED = /<[^<>]*>/g;
const SPACE = /\s+/g;

/** The text with damage undone, in up to four versions: each is unescaped once more than the one before. */
export function unwrapped(text: string): readonly string[] {
  const rounds = [tidied(text)];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const last = rounds[round] ?? "";
    const next = tidied(unescaped(last));
    if (next === last) break;
    rounds.push(next);
  }
  return rounds;
}

/** Undoes percent-escapes once. Of escapes that are not UTF-8, only those of ASCII characters are undone. */
function unescaped(text: string): string {
  return text.replace(ESCAPES, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.replace(/%([0-7][0-9a-f])/gi, escaped);
    }
  });
}

function tidied(text: string): string {
  return withoutQuotedPrintable(withoutEntities(text.replace(INVISIBLE, "")))
    .replace(INVISIBLE, "")
    .replaceAll("\\/", "/")
    .replace(URL_DEFENSE_2, (_, before: string, link: string) => {
      return before + link.replaceAll("_", "/").replace(/-([2-7][0-9A-F])/g, escaped);
    })
    .replace(URL_DEFENSE_3, (_, before: string, link: string) => before + link.replaceAll("*", "#"))
    .replace(CONTROL, (control) => (/\s/.test(control) ? control : ""))
    .replace(BRACKETED, joined);
}

/** In angle brackets, a link may be broken over lines (RFC 3986, appendix C). */
function joined(bracketed: string): string {
  return bracketed.includes("://") ? bracketed.replace(SPACE, "") : bracketed;
}

function withoutEntities(text: string): string {
  let last = text.replace(OPEN_ENTITY, "&");
  for (let round = 0; round < MAX_ROUNDS && last.includes("&"); round++) {
    const next = last.replace(
      ENTITY,
      (entity, hex: string | undefined, decimal: string | undefined, name: string = "") => {
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        if (Number.isNaN(code)) return ENTITIES[name.toLowerCase()] ?? entity;
        return code <= 0x10ffff ? String.fromCodePoint(code) : "";
      },
    );
    if (next === last) break;
    last = next;
  }
  return last;
}

function withoutQuotedPrintable(text: string): string {
  if (!QUOTED_PRINTABLE.test(text)) return text;
  return text.replace(SOFT_BREAK, "").replace(QUOTED_CHARACTER, escaped);
}

function escaped(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}
