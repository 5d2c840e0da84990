/**
 * Tokens are JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256 (HS256, RFC 7518 §3.2), so that any backend can mint them. Not for
 * browsers: the key that verifies a token can also sign new ones.
 */
import { errors, jwtVerify, SignJWT } from "jose";
import { type Claims, claimsSchema, EXPIRY_LEEWAY_MS, type Role } from "./claims.ts";
import { CLOSE, closingError, ProtocolError } from "./close.ts";
import { MAX_TOKEN_LENGTH } from "./constants.ts";

/** The only algorithm. The header of a token never chooses another. */
const ALGORITHM = "HS256";

/** The shortest secret, bytes (RFC 7518 §3.2). */
export const MIN_SECRET_BYTES = 32;

/** A shared secret as a key: its UTF-8 bytes, unchanged. */
export type TokenKey = Uint8Array;

/** @throws RangeError if the secret is too short to be safe */
export function tokenKey(secret: string): TokenKey {
  const key = new TextEncoder().encode(secret);
  if (key.length < MIN_SECRET_BYTES) {
    throw new RangeError(`a secret has at least ${MIN_SECRET_BYTES} bytes`);
  }
  return key;
}

export interface NewToken {
  readonly role: Role;
  readonly room: string;
  /** Wall clock, ms since 1970; rounded down to whole seconds. */
  readonly expiresAt: number;
  readonly name?: string | undefined;
  readonly generation?: string | undefined;
}

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
 * Verifies a token: it must be signed with one of these keys and must not have expired at `wallNow`, ms since 1970.
 * @throws ProtocolError (4401) whose message names the problem and never contains the token
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
    // The key is known to be valid, so any other error comes from the token's contents.
    throw refused("the token is malformed");
  }
}

function refused(reason: string): ProtocolError {
  return new ProtocolError(reason, CLOSE.unauthorized);
}
