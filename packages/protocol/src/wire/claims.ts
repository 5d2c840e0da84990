/**
 * What a token says (RFC 7519 claims) and what follows from it. How tokens are signed and checked is in `token.ts`, which
 * browsers cannot import.
 */
import * as z from "zod/mini";
import { DEFAULT_ROOM } from "./constants.ts";
import { closingError } from "./errors.ts";

/**
 * How long a token is honoured past its `exp`, for clocks that are a little apart, ms. With the second that passes between two
 * looks at the clock it stays below 5 s.
 */
export const EXPIRY_LEEWAY_MS = 2000;

export type Role = "producer" | "viewer";

/** Names a generation of links: whatever an agent sends as `gen`, and the links minted for it carry. */
export const linkGeneration = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/));

/** The claims of a token that counts. Further ones are passed over. */
export const claimsSchema = z.object({
  /** Seconds since 1970. */
  exp: z.number().check(z.gte(0)),
  /** `producer` or `viewer`; a token of any other role opens nothing. */
  role: z.string(),
  room: z._default(z.string(), DEFAULT_ROOM),
  /** Whose it is, for people to read. */
  sub: z.optional(z.string()),
  /** A link that ends when its producer's generation is another one; absent from tokens that were not minted for a producer. */
  gen: z.optional(linkGeneration),
});
export type Claims = z.infer<typeof claimsSchema>;

/** @throws ProtocolError (4403) if a token of these claims is good for something else than what is asked for */
export function checkScope(
  claims: Claims,
  ask: { readonly role: Role; readonly room: string },
): void {
  if (claims.role !== ask.role) throw closingError("wrong-role", ` ${ask.role}`);
  if (claims.room !== ask.room) throw closingError("wrong-room");
}
