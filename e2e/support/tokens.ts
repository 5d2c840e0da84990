/** Tokens for the relays that tests start with a secret. */
import type { Role } from "@screen-share/protocol";
import { signToken, tokenKey } from "@screen-share/protocol/token";

/** What a relay's AUTH_SECRET is to be, for these tokens to open it. */
export const SECRET = "a secret of the end-to-end tests, known to all";

const KEY = tokenKey(SECRET);
const DAY_MS = 24 * 3_600_000;

export async function mint(token: {
  readonly role: Role;
  readonly room: string;
  /** ms since 1970; a day from now if left out */
  readonly expiresAt?: number;
  readonly generation?: string | undefined;
}): Promise<string> {
  return await signToken(KEY, { expiresAt: Date.now() + DAY_MS, ...token });
}

export async function mintBoth(): Promise<{ readonly producer: string; readonly viewer: string }> {
  const [producer, viewer] = await Promise.all([
    mint({ role: "producer", room: "main" }),
    mint({ role: "viewer", room: "main" }),
  ]);
  return { producer, viewer };
}
