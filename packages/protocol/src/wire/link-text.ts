/**
 * Undoes what mail programs, chats, wikis and filters do to a link on its way. Every step is linear in the length of the text: no
 * pattern here can match the same characters in two ways. Pure.
 */

/** How often one link may have been escaped. */
const MAX_ROUNDS = 3;

/** Characters without a shape of their own: zero-width, soft hyphen, byte order mark, direction marks, variation selectors. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const CONTROL = /\p{Cc}/gu;
const ENTITY = /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,16}));/gi;
/** An entity without its semicolon, in front of one of our fields. */
const OPEN_ENTITY = /&amp(?=(?:room|token|relay|embed|background|stats)=)/gi;
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
/** Quoted-printable (RFC 2045 §6.7). A token begins with "eyJ", so this is no token that begins with "3D". */
const QUOTED_PRINTABLE = /token=3DeyJ/i;
/** A soft line break; a text field has made a space of the line's end. */
const SOFT_BREAK = /=(?:\r\n|[\r\n ])/g;
const QUOTED_CHARACTER = /=([2-7][0-9A-F])/g;
/** Proofpoint's URL Defense: in version 2 of its addresses all but letters and digits are escaped by "-", and "/" is "_"; in 3 it is "*". */
const URL_DEFENSE_2 = /(\/v2\/url\?u=)([\w.-]+)/g;
const URL_DEFENSE_3 = /(\/v3\/__)([^\s"'<>]+)/g;
const BRACKETED = /<[^<>]*>/g;
const SPACE = /\s+/g;

/**
 * The text as it may have been before it was sent, at most so often unescaped as it can have been escaped; the first is not unescaped
 * at all, the last has no escapes left.
 * @param text bounded by the caller
 */
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

/** Percent-escapes undone, once. Those that are no UTF-8 are read byte by byte, and stay if they are no ASCII. */
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

/** In angle brackets a link may have been broken over lines (RFC 3986, appendix C). */
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
