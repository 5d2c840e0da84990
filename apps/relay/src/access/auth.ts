/** The relay's tokens: verified with any of its secrets, minted with the first. */
import { CLOSE, type Claims, ProtocolError, roomLink } from "@screen-share/protocol";
import { signToken, type TokenKey, verifyToken } from "@screen-share/protocol/token";
import type { NewLink } from "../core/producer-session.ts";

/** A link is replaced this long before it expires, or after three quarters of its life if that is later. The host must pass it on in time. */
const RENEW_BEFORE_MS = 3_600_000;

export class Auth {
  constructor(
    private readonly options: {
      /** The secret that signs, and others that are still accepted. None: the relay requires no tokens. */
      readonly keys: readonly TokenKey[];
      /** How long a link is valid at most, ms. */
      readonly linkTtlMs: number;
      /** The viewer page. Undefined for the relay's own. */
      readonly viewerUrl: string | undefined;
      /** ms since 1970 */
      readonly wallNow: () => number;
    },
  ) {}

  get required(): boolean {
    return this.options.keys.length > 0;
  }

  /** @throws ProtocolError (4401) */
  async verify(token: string | undefined): Promise<Claims> {
    if (!token) throw new ProtocolError("this relay requires a token", CLOSE.unauthorized);
    return await verifyToken(this.options.keys, token, this.options.wallNow());
  }

  /**
   * Makes the link that admits viewers to a producer's room: absolute if the viewer page is configured, otherwise relative to the relay.
   * @param done receives the link and the wall-clock time at which to replace it, or undefined if a new link would expire no later
   */
  mintLink(
    { room, grant, generation }: NewLink,
    done: (link: string, renewAt?: number) => void,
  ): void {
    const { viewerUrl = "/", linkTtlMs, wallNow } = this.options;
    const [key] = this.options.keys;
    if (!key) {
      done(roomLink(viewerUrl, { room }));
      return;
    }
    const expiresAt = Math.min(grant.expiresAt, wallNow() + linkTtlMs);
    const beforeMs = Math.min(RENEW_BEFORE_MS, linkTtlMs / 4);
    const renewAt = expiresAt < grant.expiresAt ? expiresAt - beforeMs : undefined;
    void signToken(key, { role: "viewer", room, expiresAt, generation }).then((token) =>
      done(roomLink(viewerUrl, { room, token }), renewAt),
    );
  }
}
