/** The claims of a token (RFC 7519) and what they allow. Signing and verifying is in `token.ts`, which browsers cannot import. */
import * as z from "zod/mini";
import { closingError } from "./close.ts";
import { DEFAULT_ROOM } from "./constants.ts";

/** How long a token is accepted after its `exp`, ms. With a check once a second, expiry takes less than 5 s (P-81). */
export const EXPIRY_LEEWAY_MS = 2000;

export type Role = "producer" | "viewer";

/** Names a generation of links: an agent sends it as `gen`, and the links that are minted for it carry it (P-85). */
export const linkGeneration = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/));

export const claimsSchema = z.object({
  /** Seconds since 1970. */
  exp: z.number().check(z.gte(0)),
  /** `producer` or `viewer`. A token with any other role opens nothing. */
  role: z.string(),
  room: z._default(z.string(), DEFAULT_ROOM),
  /** The holder's name, for logs. */
  sub: z.optional(z.string()),
  /** The link ends when its producer has another generation. Absent from tokens that were not minted for a producer. */
  gen: z.optional(linkGeneration),
});
export type Claims = z.infer<typeof claimsSchema>;

/** @throws ProtocolError (4403) if the token is for another role or room */
export function checkScope(
  claims: Claims,
  ask: { readonly role: Role; readonly room: string },
): void {
  if (claims.role !== ask.role) throw closingError("wrong-role", ` ${ask.role}`);
  if (claims.room !== ask.room) throw closingError("wrong-room");
}
