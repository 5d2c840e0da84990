/** Admission without a relay, and clients that request it. */
import { encodeControl, type Role } from "@screen-share/protocol";
import { tokenKey } from "@screen-share/protocol/token";
import { Admission, type AdmissionOptions } from "../src/access/admission.ts";
import { Auth } from "../src/access/auth.ts";
import { MemoryDirectory } from "../src/core/directory.ts";
import type { Grant } from "../src/core/grant.ts";
import type { Session } from "../src/core/peer.ts";
import type { HttpRequest } from "../src/http/reply.ts";
import { FakePeer } from "./fake-peer.ts";
import { PRODUCER_ID } from "./participants.ts";
import { SECRET } from "./tokens.ts";

export const FAR = "192.0.2.1";
export const SILENT: Session = {
  receive: () => {},
  ponged: () => {},
  drained: () => {},
  tick: () => {},
  ended: () => {},
  summary: {},
};

type AdmissionParts = Partial<Omit<AdmissionOptions, "tokens">> & { readonly secret?: string };

export function admissionWith({ secret = SECRET, ...options }: AdmissionParts = {}): Admission {
  const keys = secret === "" ? [] : [tokenKey(secret)];
  const tokens = new Auth({ keys, linkTtlMs: 1000, viewerUrl: undefined, wallNow: Date.now });
  const defaults = {
    directory: new MemoryDirectory(),
    allowedOrigins: [],
    queryTokens: true,
    trustedHeader: undefined,
    pace: (task: () => void) => task(),
    sha256: (text: string) => text,
    decodeBase64: () => "",
    maxMessageLength: { producer: 10_000, viewer: 10_000 },
    // The grant, as the first message to the client.
    createSession: ({ grant }: { grant: Grant }, peer: { send(message: string): unknown }) => {
      peer.send(JSON.stringify(grant));
      return SILENT;
    },
  };
  return new Admission({ tokens, ...defaults, now: () => 0, ...options });
}

export function request(
  headers: Record<string, string> = {},
  { query = "", from = FAR } = {},
): HttpRequest {
  return {
    method: "GET",
    path: "/",
    query: new URLSearchParams(query),
    headers: new Map(Object.entries({ host: "relay.example", ...headers })),
    remoteAddress: from,
  };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

interface Hello {
  readonly room?: string;
  readonly token?: string;
}

export function opened(
  admission: Admission,
  request: HttpRequest,
  { plain = false, role = "viewer" }: { plain?: boolean; role?: Role } = {},
) {
  const peer = new FakePeer();
  const session = admission.open({ role, plain, request }, peer);
  const hello = ({ room = "main", token }: Hello) => {
    const proof = token === undefined ? {} : { token };
    const id = role === "producer" ? { producerId: PRODUCER_ID } : {};
    session.receive(encodeControl({ type: "hello", room, ...proof, ...id } as never), 0);
  };
  return { peer, session, hello };
}

/** What a connection becomes: its grant, or the code it is closed with. */
export async function verdict({ peer }: { readonly peer: FakePeer }): Promise<Grant | number> {
  for (;;) {
    if (peer.closed) return peer.closed.code;
    const [grant] = peer.text;
    if (grant !== undefined) return JSON.parse(grant);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The code with which a viewer of the room `main` is refused, or "admitted". */
export async function refusedWith(admission: Admission, asked: HttpRequest, plain = true) {
  const connection = opened(admission, asked, { plain });
  if (!plain) connection.hello({});
  const became = await verdict(connection);
  return typeof became === "number" ? became : "admitted";
}

export async function greeted(admission: Admission, asked: HttpRequest, hello: Hello) {
  const connection = opened(admission, asked);
  connection.hello(hello);
  return await verdict(connection);
}
