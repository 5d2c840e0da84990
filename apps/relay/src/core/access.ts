/** What a connection may do here, and for how long. Where a relay has no secret, everybody may do everything. */
import {
  type Claims,
  checkScope,
  EXPIRY_LEEWAY_MS,
  type ProtocolError,
  plainText,
  type Role,
} from "@screen-share/protocol";

const MAX_NAME_LENGTH = 100;

/** Whom a token, or the lack of a secret, makes of somebody. */
export type Identity = Claims | "anyone";

/** Leave to do one thing in one room. Rooms end it when it has run out. */
export interface Grant {
  /** Wall clock, ms since 1970. */
  readonly expiresAt: number;
  /** The generation of links that it belongs to; undefined for what was not minted for a producer. */
  readonly generation: string | undefined;
  /** Whose it is, for the log. */
  readonly name: string | undefined;
  /** The link and the address that it came by: the unit that places are shared between. */
  readonly holder: string;
}

/** What a relay without a secret grants everybody. */
export const UNLIMITED: Grant = {
  expiresAt: Number.POSITIVE_INFINITY,
  generation: undefined,
  name: undefined,
  holder: "anyone",
};

/** @throws ProtocolError (4403) if this is not for them */
export function grantOf(
  identity: Identity,
  ask: { readonly role: Role; readonly room: string; readonly holder: string },
): Grant {
  if (identity === "anyone") return UNLIMITED;
  checkScope(identity, ask);
  const { exp, gen, sub } = identity;
  return {
    expiresAt: exp * 1000 + EXPIRY_LEEWAY_MS,
    generation: gen,
    name: sub === undefined ? undefined : plainText(sub, MAX_NAME_LENGTH),
    holder: ask.holder,
  };
}

/** Who judges one connection's hello. */
export interface Gate {
  /** Calls back once: at once where nothing has to be verified, later otherwise. */
  admit(
    hello: { readonly token?: string | undefined; readonly room: string },
    settle: (verdict: Grant | ProtocolError) => void,
  ): void;
  /** The connection is over before it was admitted. */
  abandoned(): void;
}

/** The gate of a relay that has no secret. */
export const OPEN_GATE: Gate = {
  admit: (_, settle) => settle(UNLIMITED),
  abandoned: () => {},
};
