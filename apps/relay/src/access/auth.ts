/** Tokens of this relay: checked with its secrets, minted with the first of them. */
import { CLOSE, type Claims, ProtocolError, roomLink } from "@screen-share/protocol";
import { signToken, type TokenKey, verifyToken } from "@screen-share/protocol/token";
import type { NewLink } from "../core/producer-session.ts";

/**
 * A link is replaced this long before it ends, or a quarter of its time where that is less: early enough for the host to pass the
 * new one on.
 */
const RENEW_BEFORE_MS = 3_600_000;

export interface AuthOptions {
  /** The secret that signs, and those that are still believed; none: the relay asks nobody for a token. */
  readonly keys: readonly TokenKey[];
  /** How long a link holds at most, ms. */
  readonly linkTtlMs: number;
  /** The viewer page; undefined: this relay's own. */
  readonly viewerUrl: string | undefined;
  /** ms since 1970 */
  readonly wallNow: () => number;
}

export class Auth {
  readonly #signing: TokenKey | undefined;

  constructor(private readonly options: AuthOptions) {
    this.#signing = options.keys[0];
  }

  /** Whether this relay asks for tokens. */
  get guarded(): boolean {
    return this.#signing !== undefined;
  }

  /** @throws ProtocolError (4401) */
  async verify(token: string | undefined): Promise<Claims> {
    if (!token) throw new ProtocolError("this relay asks for a token", CLOSE.unauthorized);
    return await verifyToken(this.options.keys, token, this.options.wallNow());
  }

  /**
   * The link that lets viewers into a producer's room; absolute under the viewer's address, or relative to the one that the
   * producer dialled.
   * @param done receives it, and by the wall clock when to replace it; undefined if another one would hold no longer
   */
  mintLink(
    { room, grant, generation }: NewLink,
    done: (link: string, renewAt?: number) => void,
  ): void {
    const { viewerUrl = "/", linkTtlMs, wallNow } = this.options;
    const key = this.#signing;
    if (!key) {
      done(roomLink(viewerUrl, { room }));
      return;
    }
    const expiresAt = Math.min(grant.expiresAt, wallNow() + linkTtlMs);
    const renewAt =
      expiresAt < grant.expiresAt
        ? expiresAt - Math.min(RENEW_BEFORE_MS, linkTtlMs / 4)
        : undefined;
    void signToken(key, { role: "viewer", room, expiresAt, generation }).then((token) =>
      done(roomLink(viewerUrl, { room, token }), renewAt),
    );
  }
}
