/** Tokens for tests, signed by hand: nothing of ours, and nothing of the library that checks them. */
import { createHmac } from "node:crypto";

export const SECRET = "a secret of thirty-two bytes or more";
export const OLD_SECRET = "the secret of thirty-two bytes before";

const HOUR_S = 3600;

/** A token as any backend would mint it: for a viewer of `main`, for an hour, unless the claims say otherwise. */
export function handMade(
  claims: Readonly<Record<string, unknown>> = {},
  { secret = SECRET, header = { alg: "HS256", typ: "JWT" } as object } = {},
): string {
  const exp = Math.floor(Date.now() / 1000) + HOUR_S;
  const signed = [header, { role: "viewer", exp, ...claims }].map(base64url).join(".");
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

export function tokenOfLength(length: number, claims: Readonly<Record<string, unknown>> = {}) {
  for (let pad = length >> 1; pad < length; pad++) {
    const token = handMade({ ...claims, pad: "x".repeat(pad) });
    if (token.length === length) return token;
  }
  // Base64 has no word of some lengths; a longer signature's name does.
  for (let pad = length >> 1; pad < length; pad++) {
    const header = { alg: "HS256", typ: "JWT", x: "" };
    const token = handMade({ ...claims, pad: "x".repeat(pad) }, { header });
    if (token.length === length) return token;
  }
  throw new RangeError(`no token has ${length} characters`);
}
