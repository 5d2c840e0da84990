/**
 * Judges everybody who comes: at the upgrade of a WebSocket, at its hello, and at each request for a picture. Who may not come
 * in learns nothing about rooms.
 */
import { createHash } from "node:crypto";
import { CLOSE, ProtocolError, REASON, type Role } from "@screen-share/protocol";
import type { Auth } from "./auth.ts";
import { type Gate, type Grant, grantOf, type Identity } from "./core/access.ts";
import { Lobby, type Waiting } from "./core/lobby.ts";
import { refusalOf } from "./core/loopback.ts";
import { Throttle } from "./core/throttle.ts";
import { clientAddress, type TrustedHeader } from "./http/client-address.ts";
import { embeddingHeaders } from "./http/embedding.ts";
import type { HttpRequest } from "./http/reply.ts";

export interface DoorOptions {
  readonly auth: Auth;
  /** Pages that may connect, to the letter; none: all may where tokens are asked for, else only our own. */
  readonly allowedOrigins: readonly string[];
  /** Whether `?token=` counts. */
  readonly queryTokens: boolean;
  readonly trustedHeader: TrustedHeader | undefined;
  readonly now: () => number;
}

/** What is known of a WebSocket from its headers. */
export interface Entry {
  /** The key of its limits; undefined for programs of this machine. */
  readonly address: string | undefined;
  /** What it showed there; a v1 client may also show it in its hello. */
  readonly token: string | undefined;
}

export const TOO_MANY_SILENT = "too many connections have not said hello";

export class Door {
  readonly #throttle = new Throttle();
  readonly #lobby = new Lobby();

  constructor(private readonly options: DoorOptions) {}

  /** Whether tokens are asked for. */
  get guarded(): boolean {
    return this.options.auth.guarded;
  }

  /**
   * Why a request is refused whatever token it has: by where it comes from.
   * @param options.picture whether a picture is asked for over HTTP
   */
  refusal(
    { headers }: HttpRequest,
    { picture }: { readonly picture: boolean },
  ): ProtocolError | undefined {
    const { auth, allowedOrigins } = this.options;
    const reason = auth.guarded
      ? foreignOrigin(headers.get("origin"), allowedOrigins)
      : refusalOf(headers, { allowedOrigins, picture });
    return reason === undefined ? undefined : new ProtocolError(reason, CLOSE.forbidden);
  }

  /** Judges an upgrade by where it comes from. Its token is for later. */
  enter(request: HttpRequest, { plain }: { readonly plain: boolean }): Entry | ProtocolError {
    const refusal = this.refusal(request, { picture: false });
    if (refusal) return refusal;
    const token = this.#tokenOf(request, { query: plain });
    return { address: this.addressOf(request), token };
  }

  /**
   * Judges a plain connection, which shows its token in the headers or never.
   * @throws ProtocolError
   */
  async grant(entry: Entry, ask: { readonly role: Role; readonly room: string }): Promise<Grant> {
    const { token, address } = entry;
    const identity = await this.#identify(token, address);
    return grantOf(identity, { ...ask, holder: holderOf(token, address) });
  }

  /**
   * The gate of a v1 connection that has still to say hello.
   * @param options.refused it has to go: its token is not valid, or it made no use of its place
   * @returns undefined if too many such connections wait already
   */
  gate(
    { address, token }: Entry,
    { role, refused }: { readonly role: Role; readonly refused: (why: ProtocolError) => void },
  ): Gate | undefined {
    const evict = () => refused(new ProtocolError(TOO_MANY_SILENT, CLOSE.full));
    const waiting: Waiting = { role, address, evict };
    // Who shows a token in the headers need not wait with those who have not: it is judged at once.
    const shown = token === undefined ? undefined : this.#identify(token, address);
    shown?.catch((error: unknown) => refused(protocolErrorOf(error)));
    if (!shown && !this.#lobby.enter(waiting)) return undefined;
    return {
      admit: (hello, settle) => {
        this.#lobby.leave(waiting);
        const holder = holderOf(token ?? hello.token, address);
        const judge = (identity: Identity) => {
          settle(verdictOf(() => grantOf(identity, { role, room: hello.room, holder })));
        };
        if (!this.guarded) judge("anyone");
        else {
          (shown ?? this.#identify(hello.token, address)).then(judge, (error: unknown) =>
            settle(protocolErrorOf(error)),
          );
        }
      },
      abandoned: () => this.#lobby.leave(waiting),
    };
  }

  /**
   * Judges a request for a picture.
   * @throws ProtocolError
   */
  async picture(request: HttpRequest, room: string): Promise<Grant> {
    const token = basicToken(request.headers) ?? this.#tokenOf(request, { query: true });
    const address = this.addressOf(request);
    const identity = await this.#identify(token, address);
    return grantOf(identity, { role: "viewer", room, holder: holderOf(token, address) });
  }

  /** What a picture that is given out says of the pages that may show it. */
  embedding({ headers }: HttpRequest): Readonly<Record<string, string>> {
    const { allowedOrigins } = this.options;
    return embeddingHeaders({
      guarded: this.guarded,
      allowedOrigins,
      origin: headers.get("origin"),
    });
  }

  /** Called about once a second. */
  tick(): void {
    this.#throttle.tick(this.options.now());
  }

  /** @throws ProtocolError: 4401, or 4429 if this address has failed too often */
  async #identify(token: string | undefined, address: string | undefined): Promise<Identity> {
    try {
      return await this.options.auth.identify(token);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (!this.#throttle.failed(address, this.options.now())) throw error;
      throw new ProtocolError(`${REASON.attempts} without a valid token`, CLOSE.full);
    }
  }

  /** The key of a client's limits, and whose it is for the log; undefined for programs of this machine. */
  addressOf(request: HttpRequest): string | undefined {
    return clientAddress(request, this.options.trustedHeader);
  }

  /** A token of the Authorization header wins (RFC 6750 §2). */
  #tokenOf(
    { headers, query }: HttpRequest,
    options: { readonly query: boolean },
  ): string | undefined {
    const bearer = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (bearer !== undefined || !options.query || !this.options.queryTokens) return bearer;
    return query.get("token") ?? undefined;
  }
}

/** A token has three parts (RFC 7519 §3); any other password is for a proxy before us. */
const TOKEN_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** The token of a program that knows only user and password: it is the password (RFC 7617), whoever the user is. */
function basicToken(headers: HttpRequest["headers"]): string | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, "base64").toString();
  const password = credentials.slice(credentials.indexOf(":") + 1);
  return TOKEN_SHAPE.test(password) ? password : undefined;
}

/**
 * The unit that places are shared between. A link is what its token's signature covers: the signature itself can be written in several
 * ways.
 */
function holderOf(token: string | undefined, address: string | undefined): string {
  const signed = token?.slice(0, token.lastIndexOf(".")) ?? "";
  const link = createHash("sha256").update(signed).digest("base64url");
  return `${link} ${address ?? "this machine"}`;
}

function foreignOrigin(origin: string | undefined, allowed: readonly string[]): string | undefined {
  const fine = origin === undefined || allowed.length === 0 || allowed.includes(origin);
  return fine ? undefined : "pages of this origin may not connect";
}

function verdictOf(judge: () => Grant): Grant | ProtocolError {
  try {
    return judge();
  } catch (error) {
    return protocolErrorOf(error);
  }
}

/** Anything else is a bug. */
function protocolErrorOf(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  throw error;
}
