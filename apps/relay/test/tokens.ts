/** Tokens for tests, signed without our own code and without the library that checks them. */
import { createHmac } from "node:crypto";

export const SECRET = "a secret of thirty-two bytes or more";
export const OLD_SECRET = "the secret of thirty-two bytes before";

const HOUR_S = 3600;

/** A token as any backend would mint it. By default it is for a viewer, for an hour. */
export function handMade(
  claims: Readonly<Record<string, unknown>> = {},
  { secret = SECRET, header = { alg: "HS256", typ: "JWT" } as object } = {},
): string {
  const exp = Math.floor(Date.now() / 1000) + HOUR_S;
  const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = [header, { role: "viewer", exp, ...claims }].map(base64url).join(".");
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

export function tokenOfLength(length: number, claims: Readonly<Record<string, unknown>> = {}) {
  const header = { alg: "HS256", typ: "JWT" };
  // Base64 cannot have some lengths. With a longer header it can.
  for (const each of [header, { ...header, x: "" }]) {
    for (let pad = length >> 1; pad < length; pad++) {
      const token = handMade({ ...claims, pad: "x".repeat(pad) }, { header: each });
      if (token.length === length) return token;
    }
  }
  throw new RangeError(`no token has ${length} characters`);
}
