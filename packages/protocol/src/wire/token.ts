/**
 * Tokens: JSON Web Tokens (RFC 7519) signed by HMAC-SHA-256 (HS256, RFC 7518 §3.2), so that any backend can mint them. Not for
 * browsers: whoever can sign can let anybody in.
 */
import { errors, jwtVerify, SignJWT } from "jose";
import { type Claims, claimsSchema, EXPIRY_LEEWAY_MS, type Role } from "./claims.ts";
import { CLOSE } from "./close.ts";
import { MAX_TOKEN_LENGTH } from "./constants.ts";
import { closingError, ProtocolError } from "./errors.ts";

/** The only algorithm: what a token's own header says is never believed. */
const ALGORITHM = "HS256";

/** A secret has at least so many bytes, as RFC 7518 §3.2 requires of HS256. */
export const MIN_SECRET_BYTES = 32;

/** A shared secret as a key: the UTF-8 bytes as they are. */
export type TokenKey = Uint8Array;

/** @throws RangeError if it is too short to be safe */
export function tokenKey(secret: string): TokenKey {
  const key = new TextEncoder().encode(secret);
  if (key.length < MIN_SECRET_BYTES) {
    throw new RangeError(`a secret has at least ${MIN_SECRET_BYTES} bytes`);
  }
  return key;
}

/** What a new token says. */
export interface NewToken {
  readonly role: Role;
  readonly room: string;
  /** Wall clock, ms since 1970; rounded down to whole seconds. */
  readonly expiresAt: number;
  readonly name?: string | undefined;
  readonly generation?: string | undefined;
}

/** Mints a token. */
export async function signToken(key: TokenKey, token: NewToken): Promise<string> {
  const { role, room, expiresAt, name, generation } = token;
  const claims = { role, room, ...(generation === undefined ? {} : { gen: generation }) };
  const jwt = new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
    .setExpirationTime(Math.floor(expiresAt / 1000));
  if (name !== undefined) jwt.setSubject(name);
  return await jwt.sign(key);
}

/**
 * Reads a token that was signed with one of these keys and has not expired.
 * @param keys tried in order
 * @param wallNow ms since 1970
 * @throws ProtocolError (4401) that says what is wrong with it, and never repeats it
 */
export async function verifyToken(
  keys: readonly TokenKey[],
  token: string,
  wallNow: number,
): Promise<Claims> {
  if (token.length > MAX_TOKEN_LENGTH) throw refused("the token is too long");
  for (const key of keys) {
    const payload = await verifiedBy(key, token, wallNow);
    if (payload === undefined) continue;
    const claims = claimsSchema.safeParse(payload);
    if (claims.success) return claims.data;
    throw refused(
      `the token's claim "${String(claims.error.issues[0]?.path[0])}" is missing or invalid`,
    );
  }
  throw refused("the token is not valid here");
}

/** @returns undefined if it was not signed with this key */
async function verifiedBy(key: TokenKey, token: string, wallNow: number): Promise<unknown> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      requiredClaims: ["exp"],
      clockTolerance: EXPIRY_LEEWAY_MS / 1000,
      currentDate: new Date(wallNow),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return undefined;
    if (error instanceof errors.JWTExpired) throw closingError("expired");
    if (error instanceof errors.JWTClaimValidationFailed) {
      throw refused(`the token's claim "${error.claim}" is missing, invalid or not yet true`);
    }
    // Whatever else it is: the key is ours and sound, so it can only be for what the token holds.
    throw refused("the token is malformed");
  }
}

function refused(reason: string): ProtocolError {
  return new ProtocolError(reason, CLOSE.unauthorized);
}
