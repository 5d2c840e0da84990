/** Reads tokens in other text: removes what surrounds them, and joins tokens that were broken over lines. Pure. */
import { MAX_TOKEN_LENGTH, ROOM_NAME } from "./constants.ts";

/** The signature of HS256, the only algorithm there is (P-80), in base64url: 32 bytes. */
const SIGNATURE_LENGTH = 43;
/** JSON Web Tokens begin with a JSON object, and `{"` followed by a letter is "eyJ" in base64url. */
const PREFIX = "eyJ";
const BEGINNING = /(?<![\w.-])eyJ[\w-]{8,}/;
const PIECE = /[\w.-]+/y;
/** A line broken by a mail program, possibly in a quotation, or by quoted-printable encoding. */
const BREAK = /=?[\s>]+/y;
const ELLIPSIS = /\s?(?:…|\.\.\.)/y;

export interface FoundToken {
  readonly token: string;
  readonly end: number;
  /** It has the shape of a signed token: three base64url texts. */
  readonly shaped: boolean;
  readonly cutOff: boolean;
}

/** Reads the token that begins at `at`. It is empty if there is none. */
export function readToken(text: string, at: number): FoundToken {
  const first = match(PIECE, text, at);
  const end = at + first.length;
  const whole = isWhole(first) ? undefined : rejoined(text, at);
  if (whole) return { ...whole, shaped: true, cutOff: false };
  const token = trimmed(first);
  const shaped = isShaped(token);
  const shortened = match(ELLIPSIS, text, at + token.length) !== "";
  const cutOff = shortened ? !isWhole(token) : token.startsWith(PREFIX) && !shaped;
  return { token, end, shaped, cutOff };
}

export function findToken(text: string): FoundToken | undefined {
  const found = BEGINNING.exec(text);
  if (!found) return undefined;
  const token = readToken(text, found.index);
  return token.shaped || token.cutOff ? token : undefined;
}

/** Joins the pieces of a broken token, if together they are complete. Words that follow are not part of it. */
function rejoined(text: string, at: number): Pick<FoundToken, "token" | "end"> | undefined {
  let [token, dots, sinceDot, end] = ["", 0, 0, at];
  for (;;) {
    const piece = match(PIECE, text, end);
    if (piece === "" || token.length + piece.length > MAX_TOKEN_LENGTH) return undefined;
    end += piece.length;
    const last = withoutEnding(piece, ".");
    const parts = last.split(".");
    const length = (parts.at(-1)?.length ?? 0) + (parts.length === 1 ? sinceDot : 0);
    if (dots + parts.length - 1 === 2 && length === SIGNATURE_LENGTH) {
      return { token: token + last, end };
    }
    token += piece;
    dots += piece.split(".").length - 1;
    sinceDot = last === piece ? length : 0;
    const gap = match(BREAK, text, end);
    if (gap === "") return undefined;
    end += gap.length;
  }
}

/** Removes these characters from the end of a text, in linear time. */
export function withoutEnding(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1] ?? "")) end--;
  return text.slice(0, end);
}

/** Removes full stops of the sentence, and hyphens and underscores of markup behind a complete signature. */
function trimmed(piece: string): string {
  const token = withoutEnding(piece, ".");
  const whole = token.lastIndexOf(".") + 1 + SIGNATURE_LENGTH;
  return /^[_-]*$/.test(token.slice(whole)) ? token.slice(0, whole) : token;
}

function isShaped(token: string): boolean {
  const parts = token.split(".");
  return parts.length === 3 && parts.every((part) => part !== "");
}

function isWhole(token: string): boolean {
  return isShaped(token) && token.length - 1 - token.lastIndexOf(".") === SIGNATURE_LENGTH;
}

/** The room that a token names. Nothing is verified: this only names a destination. */
export function roomOfToken(token: string): string | undefined {
  const { room } = (unverifiedClaims(token) ?? {}) as { readonly room?: unknown };
  return typeof room === "string" && ROOM_NAME.test(room) ? room : undefined;
}

/** The claims of a token as it was received. Its signature is not checked. Undefined if they cannot be read. */
export function unverifiedClaims(token: string): unknown {
  try {
    return JSON.parse(base64UrlText(token.split(".")[1] ?? ""));
  } catch {
    return undefined;
  }
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The bytes as Latin-1 text: room names, times and generations are ASCII. */
function base64UrlText(encoded: string): string {
  let [bits, count, text] = [0, 0, ""];
  for (const digit of encoded) {
    bits = ((bits << 6) | BASE64URL.indexOf(digit)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    text += String.fromCharCode((bits >> count) & 0xff);
  }
  return text;
}

/** What a sticky pattern matches at `at`; "" if nothing. */
export function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
