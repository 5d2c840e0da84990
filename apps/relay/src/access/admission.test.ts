import { encodeControl, ProtocolError, type Role } from "@screen-share/protocol";
import { tokenKey } from "@screen-share/protocol/token";
import { describe, expect, it, vi } from "vitest";
import { FakePeer } from "../../test/fake-peer.ts";
import { PRODUCER_ID } from "../../test/participants.ts";
import { handMade, SECRET } from "../../test/tokens.ts";
import { MemoryDirectory } from "../core/directory.ts";
import type { Grant } from "../core/grant.ts";
import type { Session } from "../core/peer.ts";
import type { HttpRequest } from "../http/reply.ts";
import { Admission, type AdmissionOptions } from "./admission.ts";
import { Auth } from "./auth.ts";

const FAR = "192.0.2.1";
const SILENT: Session = {
  receive: () => {},
  ponged: () => {},
  drained: () => {},
  tick: () => {},
  ended: () => {},
  summary: {},
};

interface AdmissionParts extends Partial<Omit<AdmissionOptions, "tokens">> {
  readonly secret?: string | undefined;
}

function admissionWith({ secret = SECRET, ...options }: AdmissionParts = {}): Admission {
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

function request(
  headers: Record<string, string> = {},
  { query = "", from = FAR } = {},
): HttpRequest {
  const all = { host: "relay.example", ...headers };
  return {
    method: "GET",
    path: "/",
    query: new URLSearchParams(query),
    headers: new Map(Object.entries(all)),
    remoteAddress: from,
  };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

interface Hello {
  readonly room?: string;
  readonly token?: string;
}

/** A connection that has opened. */
function opened(
  admission: Admission,
  asked: HttpRequest,
  options: { plain?: boolean; role?: Role } = {},
) {
  const { plain = false, role = "viewer" } = options;
  const peer = new FakePeer();
  const session = admission.open({ role, plain, request: asked }, peer);
  const hello = ({ room = "main", token }: Hello) => {
    const proof = token === undefined ? {} : { token };
    const id = role === "producer" ? { producerId: PRODUCER_ID } : {};
    session.receive(encodeControl({ type: "hello", room, ...proof, ...id } as never), 0);
  };
  return { peer, session, hello };
}

/** What a connection becomes: its grant, or the code it is closed with. */
async function verdict({ peer }: { readonly peer: FakePeer }): Promise<Grant | number> {
  for (;;) {
    if (peer.closed) return peer.closed.code;
    const [grant] = peer.text;
    if (grant !== undefined) return JSON.parse(grant);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** What becomes of a viewer of the room `main`. */
async function refusedWith(admission: Admission, asked: HttpRequest, plain = true) {
  const connection = opened(admission, asked, { plain });
  if (!plain) connection.hello({});
  const became = await verdict(connection);
  return typeof became === "number" ? became : "let in";
}

/** The verdict on a v1 viewer's hello. */
async function greeted(admission: Admission, asked: HttpRequest, hello: Hello) {
  const connection = opened(admission, asked);
  connection.hello(hello);
  return await verdict(connection);
}

describe("the unit that places are shared between (P-57)", () => {
  const token = handMade();
  async function holder(shown: string, from: string): Promise<string> {
    const { grant } = await admissionWith().picture(request(bearer(shown), { from }));
    return grant.holder;
  }

  it("is a link at an address, that of the relay's own machine included", async () => {
    const other = handMade({ sub: "another" });
    const [a, b] = [FAR, "192.0.2.2"];
    const units = await Promise.all([
      ...[a, b, "127.0.0.1"].map((from) => holder(token, from)),
      holder(other, a),
    ]);
    expect(new Set(units).size).toBe(4);
    expect(await holder(token, a)).toBe(units[0]);
    expect(await holder(token, "::1")).toBe(units[2]);
  });

  it("is the same for a v1 client that shows its token in its hello", async () => {
    const admission = admissionWith();
    const grant = await greeted(admission, request(), { token });
    expect(grant).toMatchObject({ holder: await holder(token, FAR) });
  });

  it("is the same for every way to write one token", async () => {
    // The last of 43 characters holds two bits of nothing.
    const last = token.at(-1) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spelling = `${token.slice(0, -1)}${alphabet[alphabet.indexOf(last) ^ 1]}`;
    expect(spelling).not.toBe(token);
    expect(await holder(spelling, FAR)).toBe(await holder(token, FAR));
  });
});

describe("the token of a plain client (P-83)", () => {
  it("is in the header or in the address; the header wins", async () => {
    const admission = admissionWith();
    const [good, bad] = [handMade(), "bad"];
    expect(await refusedWith(admission, request(bearer(good)))).toBe("let in");
    expect(await refusedWith(admission, request({}, { query: `token=${good}` }))).toBe("let in");
    const goodWins = request(bearer(good), { query: `token=${bad}` });
    expect(await refusedWith(admission, goodWins)).toBe("let in");
    const badWins = request(bearer(bad), { query: `token=${good}` });
    expect(await refusedWith(admission, badWins)).toBe(4401);
    expect(await refusedWith(admission, request())).toBe(4401);
  });

  it("is not taken from the address where QUERY_TOKENS is off", async () => {
    const admission = admissionWith({ queryTokens: false });
    expect(await refusedWith(admission, request({}, { query: `token=${handMade()}` }))).toBe(4401);
    expect(await refusedWith(admission, request(bearer(handMade())))).toBe("let in");
    const asked = request({}, { query: `token=${handMade()}` });
    await expect(admission.picture(asked)).rejects.toMatchObject({ closeCode: 4401 });
  });

  it.each(["bearer", "BEARER", "Bearer  "])(
    "may be announced as %j (RFC 7235 §2.1)",
    async (word) => {
      const asked = request({ authorization: `${word} ${handMade()}` });
      expect(await refusedWith(admissionWith(), asked)).toBe("let in");
    },
  );

  it.each(["Basic x", "Bearer", "Bearer a b", `Bearer${handMade()}`])(
    "is not in a header that says %j",
    async (authorization) => {
      expect(await refusedWith(admissionWith(), request({ authorization }))).toBe(4401);
    },
  );
});

describe("the token of a v1 client (P-83)", () => {
  it("is awaited in its hello", async () => {
    const admission = admissionWith();
    const token = handMade({ room: "demo" });
    expect(await greeted(admission, request(), { room: "demo", token })).toMatchObject({
      holder: expect.stringContaining(FAR),
    });
    expect(await greeted(admission, request(), { room: "main", token })).toBe(4403);
    expect(await greeted(admission, request(), { room: "demo" })).toBe(4401);
  });

  it("is not taken from the address, which logs keep", async () => {
    const asked = request({}, { query: `token=${handMade()}` });
    expect(await greeted(admissionWith(), asked, {})).toBe(4401);
  });

  it("wins in the header over the one in hello, whichever is good", async () => {
    const admission = admissionWith();
    const token = handMade({ room: "demo" });
    expect(await greeted(admission, request(bearer(handMade())), { room: "demo", token })).toBe(
      4403,
    );
    expect(await refusedWith(admission, request(bearer("bad")), false)).toBe(4401);
  });

  it("that is invalid in the header closes the connection before it has said hello", async () => {
    const connection = opened(admissionWith(), request(bearer("bad")), { role: "producer" });
    expect(await verdict(connection)).toBe(4401);
  });
});

describe("the place of a room's producer (P-5)", () => {
  const token = handMade({ role: "producer" });
  const producer = (admission: Admission) => {
    const connection = opened(admission, request(), { role: "producer" });
    connection.hello({ token });
    return verdict(connection);
  };

  it("is claimed before its session is created, and released if none is", async () => {
    let full = true;
    const admission = admissionWith({
      createSession: ({ grant }, peer) => {
        if (full) throw new ProtocolError("the relay is full", 4429);
        peer.send(JSON.stringify(grant));
        return SILENT;
      },
    });
    const plain = () =>
      opened(admission, request(bearer(token)), { plain: true, role: "producer" });
    expect(await producer(admission)).toBe(4429);
    full = false;
    expect(await verdict(plain())).toMatchObject({ holder: expect.stringContaining(FAR) });
    expect(await producer(admission)).toBe(4000);
    expect(await verdict(plain())).toBe(4000);
  });

  it("may be asked of other relays, which takes time", async () => {
    const asked: unknown[] = [];
    const admission = admissionWith({
      directory: {
        claim: async (...claim) => {
          asked.push(claim);
          return { release: () => {} };
        },
      },
    });
    expect(await producer(admission)).toMatchObject({ holder: expect.stringContaining(FAR) });
    expect(asked).toEqual([["main", PRODUCER_ID]]);
  });
});

describe("where a request comes from", () => {
  it("matters with a secret only as ALLOWED_ORIGINS says (P-88)", async () => {
    const page = { origin: "https://a.example", ...bearer(handMade()) };
    const open = admissionWith();
    expect(await refusedWith(open, request(page))).toBe("let in");
    const chosen = admissionWith({ allowedOrigins: ["https://b.example"] });
    expect(await refusedWith(chosen, request(page))).toBe(4403);
    expect(await refusedWith(chosen, request({ ...page, origin: "null" }))).toBe(4403);
    expect(await refusedWith(chosen, request({ ...page, origin: "https://b.example" }))).toBe(
      "let in",
    );
    expect(await refusedWith(chosen, request(bearer(handMade())))).toBe("let in");
  });

  it("is judged before any token is looked at: no attempt is counted", async () => {
    const admission = admissionWith({ allowedOrigins: ["https://b.example"] });
    for (let i = 0; i < 50; i++) {
      expect(await refusedWith(admission, request({ origin: "null", ...bearer("bad") }))).toBe(
        4403,
      );
    }
    expect(await refusedWith(admission, request(bearer("bad")))).toBe(4401);
  });

  it("matters without a secret as P-70 says", async () => {
    const admission = admissionWith({ secret: "" });
    expect(await refusedWith(admission, request())).toBe(4403);
    expect(await refusedWith(admission, request({ host: "localhost:8000" }))).toBe("let in");
    expect(
      admission.refusal(request({ host: "localhost:8000", forwarded: "x" }), { picture: false }),
    ).toBeInstanceOf(ProtocolError);
  });
});

describe("the work of admission", () => {
  it("waits for its turn, first to verify a token and then to join", async () => {
    const turns: (() => void)[] = [];
    const admission = admissionWith({ pace: (task) => turns.push(task) });
    const connection = opened(admission, request());
    const nextTurn = async () => {
      await vi.waitFor(() => expect(turns).toHaveLength(1));
      turns.pop()?.();
    };
    connection.hello({ token: handMade() });
    await nextTurn();
    await nextTurn();
    expect(await verdict(connection)).toMatchObject({ holder: expect.stringContaining(FAR) });
    expect(turns).toEqual([]);
  });
});

describe("too many failures of an address (P-86)", () => {
  async function codes(admission: Admission, count: number, asked = request(bearer("bad"))) {
    const seen: unknown[] = [];
    for (let i = 0; i < count; i++) seen.push(await refusedWith(admission, asked));
    return seen;
  }

  it("are told 4429 after 20, however they were tried; a valid token gets in all the same", async () => {
    const admission = admissionWith();
    expect(new Set(await codes(admission, 10))).toEqual(new Set([4401]));
    for (let i = 0; i < 5; i++) {
      expect(await greeted(admission, request(), { token: "bad" })).toBe(4401);
      await expect(admission.picture(request())).rejects.toMatchObject({ closeCode: 4401 });
    }
    expect(await codes(admission, 2)).toEqual([4429, 4429]);
    expect(await greeted(admission, request(), {})).toBe(4429);
    await expect(admission.picture(request())).rejects.toMatchObject({ closeCode: 4429 });
    expect(await refusedWith(admission, request(bearer(handMade())))).toBe("let in");
    const token = handMade();
    expect(await greeted(admission, request(), { token })).toMatchObject({
      holder: expect.stringContaining(FAR),
    });
    await expect(admission.picture(request(bearer(token)))).resolves.toBeTruthy();
    expect(await refusedWith(admission, request(bearer("bad"), { from: "192.0.2.2" }))).toBe(4401);
  });

  it("are no matter for programs of this machine, nor is a valid token for something else one", async () => {
    const admission = admissionWith();
    const own = request(bearer("bad"), { from: "127.0.0.1" });
    expect(new Set(await codes(admission, 50, own))).toEqual(new Set([4401]));
    const elsewhere = request(bearer(handMade({ room: "other" })));
    for (let i = 0; i < 50; i++) {
      await expect(admission.picture(elsewhere)).rejects.toMatchObject({ closeCode: 4403 });
    }
  });

  it("are forgiven, one in 2 s", async () => {
    let now = 0;
    const admission = admissionWith({ now: () => now });
    await codes(admission, 20);
    expect(await codes(admission, 1)).toEqual([4429]);
    now = 2000;
    admission.tick();
    expect(await codes(admission, 2)).toEqual([4401, 4429]);
  });
});

describe("the places of those who have not said hello (P-7)", () => {
  const silent = { role: "producer" } as const;
  const isOpen = ({ peer }: { readonly peer: FakePeer }) => peer.closed === undefined;

  it("are 2 an address for producers, and given back on hello and on leaving", () => {
    const admission = admissionWith();
    const open = () => opened(admission, request(), silent);
    const [one, two] = [open(), open()];
    expect(open().peer.closed?.code).toBe(4429);
    one.session.ended(0);
    two.hello({ token: "bad" });
    expect([open(), open()].every(isOpen)).toBe(true);
    expect(open().peer.closed?.code).toBe(4429);
  });

  it("are counted in all, and not by address, for programs of this machine; for who has shown a token not at all", () => {
    const admission = admissionWith();
    const own = request({}, { from: "::1" });
    const known = request(bearer(handMade({ role: "producer" })));
    for (let i = 0; i < 32; i++) expect(isOpen(opened(admission, own, silent))).toBe(true);
    expect(isOpen(opened(admission, own, silent))).toBe(false);
    for (let i = 0; i < 40; i++) expect(isOpen(opened(admission, known, silent))).toBe(true);
  });
});
