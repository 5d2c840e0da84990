/** What a client may do, and until when. A relay without a secret lets every client do everything. */
import {
  type Claims,
  checkScope,
  EXPIRY_LEEWAY_MS,
  plainText,
  type Role,
} from "@screen-share/protocol";

const MAX_NAME_LENGTH = 100;

/** Permission to do one thing in one room. Rooms end it when it expires. */
export interface Grant {
  /** Wall clock, ms since 1970. */
  readonly expiresAt: number;
  /** The generation of links that it belongs to. Undefined for tokens that were not minted for a producer. */
  readonly generation: string | undefined;
  /** The holder's name, for the log. */
  readonly name: string | undefined;
  /** The link and the address that it came from: the unit that places are shared between. */
  readonly holder: string;
}

/** What a relay without a secret grants every client. */
export const UNLIMITED: Grant = {
  expiresAt: Number.POSITIVE_INFINITY,
  generation: undefined,
  name: undefined,
  holder: "anyone",
};

/** @throws ProtocolError (4403) if the token is for another room or role */
export function grantOf(
  claims: Claims,
  ask: { readonly role: Role; readonly room: string; readonly holder: string },
): Grant {
  checkScope(claims, ask);
  const { exp, gen, sub } = claims;
  return {
    expiresAt: exp * 1000 + EXPIRY_LEEWAY_MS,
    generation: gen,
    name: sub === undefined ? undefined : plainText(sub, MAX_NAME_LENGTH),
    holder: ask.holder,
  };
}
