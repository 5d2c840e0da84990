/** Decides which clients are admitted: at hello, and at each request for a picture. A refused client learns nothing about rooms (P-84). */
import {
  CLOSE,
  type Claims,
  closingError,
  DEFAULT_ROOM,
  ProtocolError,
  type Role,
} from "@screen-share/protocol";
import type { Directory } from "../core/directory.ts";
import { type Grant, grantOf, UNLIMITED } from "../core/grant.ts";
import type { Peer, Session } from "../core/peer.ts";
import { protocolErrorOf } from "../core/refusal.ts";
import type { HttpRequest } from "../http/reply.ts";
import type { WebSocketRequest } from "../transport/transport.ts";
import { clientAddress, type TrustedHeader } from "./client-address.ts";
import { FailedAttempts, type Pending, PendingConnections } from "./limits.ts";
import { crossOriginHeaders, foreignOrigin, refusalWithoutSecret } from "./origin.ts";
import { type Admitted, type JoinRequest, PendingSession } from "./pending-session.ts";

export interface AdmissionOptions {
  readonly tokens: {
    /** Whether this relay requires a token at all. */
    readonly required: boolean;
    /** @throws ProtocolError (4401) */
    verify(token: string | undefined): Promise<Claims>;
  };
  readonly directory: Directory;
  /** Origins that may connect, compared literally. None: all origins if tokens are required, otherwise only our own. */
  readonly allowedOrigins: readonly string[];
  /** Whether `?token=` is accepted. */
  readonly queryTokens: boolean;
  readonly trustedHeader: TrustedHeader | undefined;
  /** The longest message before the session exists, bytes or UTF-16 units. */
  readonly maxMessageLength: Readonly<Record<Role, number>>;
  /** Creates the session of an admitted client, which joins its room. @throws ProtocolError if the room has no place */
  readonly createSession: (client: JoinRequest & Admitted, peer: Peer) => Session;
  /** Runs a task soon, spread over turns of the event loop. */
  readonly pace: (task: () => void) => void;
  readonly now: () => number;
  readonly sha256: (text: string) => string;
  /** Must not throw. */
  readonly decodeBase64: (encoded: string) => string;
}

const TOO_MANY_SILENT = "too many connections have not sent hello";

export class Admission {
  readonly #failures = new FailedAttempts();
  readonly #pending = new PendingConnections();

  readonly requiresToken: boolean;

  constructor(private readonly options: AdmissionOptions) {
    this.requiresToken = options.tokens.required;
  }

  /** Why a request is refused because of its origin, if it is. @param options.picture whether a picture is requested over HTTP */
  refusal({ headers }: HttpRequest, { picture }: { picture: boolean }): ProtocolError | undefined {
    const { allowedOrigins } = this.options;
    const reason = this.requiresToken
      ? foreignOrigin(headers, allowedOrigins)
      : refusalWithoutSecret(headers, { allowedOrigins, picture });
    return reason === undefined ? undefined : new ProtocolError(reason, CLOSE.forbidden);
  }

  /** A WebSocket has opened. @returns what handles its messages, from hello to its end */
  open({ role, plain, request }: WebSocketRequest, peer: Peer): Session {
    const { maxMessageLength, createSession, pace, now } = this.options;
    const address = this.addressOf(request);
    const token = this.#tokenOf(request, { query: plain });
    // Checked before the token, so that it does not count as a failed attempt.
    const refusal = this.refusal(request, { picture: false });
    // A token in the headers is verified at once: the connection need not wait among those that have sent none.
    const isShown = this.requiresToken && !plain && !refusal && token !== undefined;
    const verified = isShown ? this.#verify(token, address) : undefined;
    const evict = () => session.refuse(new ProtocolError(TOO_MANY_SILENT, CLOSE.full));
    const pending: Pending = { role, address, evict };
    const parts = {
      role,
      peer,
      maxMessageLength: maxMessageLength[role],
      admit: (ask: JoinRequest) =>
        this.#admit(ask, { role, address, token: token ?? ask.hello?.token, verified }),
      pace,
      create: (ask: JoinRequest, admitted: Admitted) =>
        createSession({ ...ask, ...admitted }, peer),
      greeted: () => this.#pending.leave(pending),
    };
    const session = new PendingSession(parts, { plain, now: now() });
    verified?.catch((error: unknown) => session.refuse(protocolErrorOf(error)));
    if (refusal) session.refuse(refusal);
    else if (plain) session.begin({ room: roomIn(request), hello: undefined });
    else if (!verified && !this.#pending.enter(pending)) evict();
    return session;
  }

  /** Admits a request for a picture. @throws ProtocolError */
  async picture(request: HttpRequest): Promise<{ readonly room: string; readonly grant: Grant }> {
    const room = roomIn(request);
    if (!this.requiresToken) return { room, grant: UNLIMITED };
    const token = this.#basicToken(request) ?? this.#tokenOf(request, { query: true });
    const address = this.addressOf(request);
    const claims = await this.#verify(token, address);
    const holder = this.#holderOf(token, address);
    return { room, grant: grantOf(claims, { role: "viewer", room, holder }) };
  }

  /** Headers that let pages of other origins show a picture. */
  crossOriginHeaders({ headers }: HttpRequest): Readonly<Record<string, string>> {
    const { requiresToken } = this;
    const { allowedOrigins } = this.options;
    return crossOriginHeaders({ requiresToken, allowedOrigins, origin: headers.get("origin") });
  }

  /** The key of a client's limits, and its name in the log. Undefined for programs on the relay's own machine. */
  addressOf(request: HttpRequest): string | undefined {
    return clientAddress(request, this.options.trustedHeader);
  }

  /** Called about once a second. */
  tick(): void {
    this.#failures.tick(this.options.now());
  }

  #admit(
    { room, hello }: JoinRequest,
    client: Pick<Pending, "role" | "address"> & {
      readonly token: string | undefined;
      /** The token's claims, if it is being verified already. */
      readonly verified: Promise<Claims> | undefined;
    },
  ): Admitted | Promise<Admitted> {
    const { role, address, token } = client;
    const claim = (grant: Grant): Admitted | Promise<Admitted> => {
      if (role === "viewer") return { grant, claim: undefined };
      const producerId = hello && "producerId" in hello ? hello.producerId : undefined;
      const claimed = this.options.directory.claim(room, producerId);
      if (!(claimed instanceof Promise)) return { grant, claim: claimed };
      return claimed.then((claim) => ({ grant, claim }));
    };
    if (!this.requiresToken) return claim(UNLIMITED);
    const verified = client.verified ?? this.#verify(token, address);
    const holder = this.#holderOf(token, address);
    return verified.then((claims) => claim(grantOf(claims, { role, room, holder })));
  }

  /** @throws ProtocolError 4401, or 4429 if this address has failed too often */
  async #verify(token: string | undefined, address: string | undefined): Promise<Claims> {
    const { tokens, pace } = this.options;
    try {
      // Thousands of tokens may arrive at the same moment.
      return await new Promise<Claims>((resolve) => pace(() => resolve(tokens.verify(token))));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (!this.#failures.failed(address, this.options.now())) throw error;
      throw closingError("too-many-attempts", " without a valid token");
    }
  }

  /** The token of a request. The Authorization header wins (RFC 6750 §2). */
  #tokenOf({ headers, query }: HttpRequest, options: { query: boolean }): string | undefined {
    const bearer = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (bearer !== undefined || !options.query || !this.options.queryTokens) return bearer;
    return query.get("token") ?? undefined;
  }

  /** Programs that support only user and password send the token as the password (RFC 7617), with any user name. */
  #basicToken({ headers }: HttpRequest): string | undefined {
    const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (encoded === undefined) return undefined;
    const credentials = this.options.decodeBase64(encoded);
    const password = credentials.slice(credentials.indexOf(":") + 1);
    return TOKEN_SHAPE.test(password) ? password : undefined;
  }

  /** The unit that places are shared between. A link is what its token's signature covers, since one signature has several spellings. */
  #holderOf(token: string | undefined, address: string | undefined): string {
    const signed = token?.slice(0, token.lastIndexOf(".")) ?? "";
    return `${this.options.sha256(signed)} ${address ?? "this machine"}`;
  }
}

function roomIn({ query }: HttpRequest): string {
  return query.get("room") || DEFAULT_ROOM;
}

/** A token has three parts (RFC 7519 §3). Any other password is meant for a proxy in front of the relay. */
const TOKEN_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;
