import { ProtocolError } from "@screen-share/protocol";
import { tokenKey } from "@screen-share/protocol/token";
import { describe, expect, it } from "vitest";
import { Auth } from "./auth.ts";
import type { Grant } from "./core/access.ts";
import { Door, type DoorOptions, type Entry } from "./door.ts";
import type { HttpRequest } from "./http/reply.ts";
import { handMade, SECRET } from "./testing/tokens.ts";

const FAR = "192.0.2.1";

interface DoorParts extends Partial<Omit<DoorOptions, "auth">> {
  readonly secret?: string | undefined;
}

function doorWith({ secret = SECRET, ...options }: DoorParts = {}): Door {
  const keys = secret === "" ? [] : [tokenKey(secret)];
  const auth = new Auth({ keys, linkTtlMs: 1000, viewerUrl: undefined, wallNow: Date.now });
  const defaults = { allowedOrigins: [], queryTokens: true, trustedHeader: undefined };
  return new Door({ auth, ...defaults, now: () => 0, ...options });
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

function entered(door: Door, asked: HttpRequest, plain = true): Entry {
  const entry = door.enter(asked, { plain });
  if (entry instanceof ProtocolError) throw entry;
  return entry;
}

/** What becomes of a viewer of the room `main`. */
async function refusedWith(door: Door, asked: HttpRequest, plain = true) {
  const entry = door.enter(asked, { plain });
  if (entry instanceof ProtocolError) return entry.closeCode;
  const verdict = plain
    ? await door.grant(entry, { role: "viewer", room: "main" }).catch((error: unknown) => error)
    : await greeted(door, entry, { room: "main" });
  return verdict instanceof ProtocolError ? verdict.closeCode : "let in";
}

/** The verdict on a v1 hello. */
async function greeted(door: Door, entry: Entry, hello: { room: string; token?: string }) {
  const gate = door.gate(entry, { role: "viewer", refused: () => {} });
  return await new Promise<Grant | ProtocolError>((settle) => gate?.admit(hello, settle));
}

describe("the unit that places are shared between (P-57)", () => {
  const token = handMade();
  async function holder(shown: string, from: string): Promise<string> {
    const grant = await doorWith().picture(request(bearer(shown), { from }), "main");
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
    const door = doorWith();
    const grant = await greeted(door, entered(door, request(), false), { room: "main", token });
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
    const door = doorWith();
    const [good, bad] = [handMade(), "bad"];
    expect(await refusedWith(door, request(bearer(good)))).toBe("let in");
    expect(await refusedWith(door, request({}, { query: `token=${good}` }))).toBe("let in");
    const goodWins = request(bearer(good), { query: `token=${bad}` });
    expect(await refusedWith(door, goodWins)).toBe("let in");
    const badWins = request(bearer(bad), { query: `token=${good}` });
    expect(await refusedWith(door, badWins)).toBe(4401);
    expect(await refusedWith(door, request())).toBe(4401);
  });

  it("is not taken from the address where QUERY_TOKENS is off", async () => {
    const door = doorWith({ queryTokens: false });
    expect(await refusedWith(door, request({}, { query: `token=${handMade()}` }))).toBe(4401);
    expect(await refusedWith(door, request(bearer(handMade())))).toBe("let in");
    const asked = request({}, { query: `token=${handMade()}` });
    await expect(door.picture(asked, "main")).rejects.toMatchObject({ closeCode: 4401 });
  });

  it.each(["bearer", "BEARER", "Bearer  "])(
    "may be announced as %j (RFC 7235 §2.1)",
    async (word) => {
      const asked = request({ authorization: `${word} ${handMade()}` });
      expect(await refusedWith(doorWith(), asked)).toBe("let in");
    },
  );

  it.each(["Basic x", "Bearer", "Bearer a b", `Bearer${handMade()}`])(
    "is not in a header that says %j",
    async (authorization) => {
      expect(await refusedWith(doorWith(), request({ authorization }))).toBe(4401);
    },
  );
});

describe("the token of a v1 client (P-83)", () => {
  it("is awaited in its hello", async () => {
    const door = doorWith();
    const entry = await entered(door, request(), false);
    expect(entry.token).toBeUndefined();
    const token = handMade({ room: "demo" });
    expect(await greeted(door, entry, { room: "demo", token })).toMatchObject({ name: undefined });
    expect(await greeted(door, entry, { room: "main", token })).toMatchObject({ closeCode: 4403 });
    expect(await greeted(door, entry, { room: "demo" })).toMatchObject({ closeCode: 4401 });
  });

  it("is not taken from the address, which logs keep", async () => {
    const door = doorWith();
    const entry = await entered(door, request({}, { query: `token=${handMade()}` }), false);
    expect(await greeted(door, entry, { room: "main" })).toMatchObject({ closeCode: 4401 });
  });

  it("wins in the header over the one in hello, whichever is good", async () => {
    const door = doorWith();
    const token = handMade({ room: "demo" });
    const entry = await entered(door, request(bearer(handMade())), false);
    const verdict = await greeted(door, entry, { room: "demo", token });
    expect(verdict).toMatchObject({ closeCode: 4403 });
    expect(await refusedWith(door, request(bearer("bad")), false)).toBe(4401);
  });
});

describe("an entry that has shown nothing", () => {
  it("grants nothing (4401)", () => {
    const entry: Entry = { address: FAR, token: undefined };
    const granted = doorWith().grant(entry, { role: "viewer", room: "main" });
    return expect(granted).rejects.toMatchObject({ closeCode: 4401 });
  });

  it("or something that is no token has to go before it has said hello", async () => {
    const door = doorWith();
    const entry = entered(door, request(bearer("bad")), false);
    const why = await new Promise<ProtocolError>((refused) => {
      door.gate(entry, { role: "producer", refused });
    });
    expect(why.closeCode).toBe(4401);
  });
});

describe("where a request comes from", () => {
  it("matters with a secret only as ALLOWED_ORIGINS says (P-88)", async () => {
    const page = { origin: "https://a.example", ...bearer(handMade()) };
    const open = doorWith();
    expect(await refusedWith(open, request(page))).toBe("let in");
    const chosen = doorWith({ allowedOrigins: ["https://b.example"] });
    expect(await refusedWith(chosen, request(page))).toBe(4403);
    expect(await refusedWith(chosen, request({ ...page, origin: "null" }))).toBe(4403);
    expect(await refusedWith(chosen, request({ ...page, origin: "https://b.example" }))).toBe(
      "let in",
    );
    expect(await refusedWith(chosen, request(bearer(handMade())))).toBe("let in");
  });

  it("is judged before any token is looked at: no attempt is counted", async () => {
    const door = doorWith({ allowedOrigins: ["https://b.example"] });
    for (let i = 0; i < 50; i++) {
      expect(await refusedWith(door, request({ origin: "null", ...bearer("bad") }))).toBe(4403);
    }
    expect(await refusedWith(door, request(bearer("bad")))).toBe(4401);
  });

  it("matters without a secret as P-70 says", async () => {
    const door = doorWith({ secret: "" });
    expect(await refusedWith(door, request())).toBe(4403);
    expect(await refusedWith(door, request({ host: "localhost:8000" }))).toBe("let in");
    expect(
      door.refusal(request({ host: "localhost:8000", forwarded: "x" }), { picture: false }),
    ).toBeInstanceOf(ProtocolError);
  });
});

describe("too many failures of an address (P-86)", () => {
  async function codes(door: Door, count: number, asked = request(bearer("bad"))) {
    const seen: unknown[] = [];
    for (let i = 0; i < count; i++) seen.push(await refusedWith(door, asked));
    return seen;
  }

  it("are told 4429 after 20, however they were tried; a valid token gets in all the same", async () => {
    const door = doorWith();
    expect(new Set(await codes(door, 10))).toEqual(new Set([4401]));
    const entry = await entered(door, request(), false);
    for (let i = 0; i < 5; i++) {
      expect(await greeted(door, entry, { room: "main", token: "bad" })).toMatchObject({
        closeCode: 4401,
      });
      await expect(door.picture(request(), "main")).rejects.toMatchObject({ closeCode: 4401 });
    }
    expect(await codes(door, 2)).toEqual([4429, 4429]);
    expect(await greeted(door, entry, { room: "main" })).toMatchObject({ closeCode: 4429 });
    await expect(door.picture(request(), "main")).rejects.toMatchObject({ closeCode: 4429 });
    expect(await refusedWith(door, request(bearer(handMade())))).toBe("let in");
    const token = handMade();
    expect(await greeted(door, entry, { room: "main", token })).toMatchObject({ name: undefined });
    await expect(door.picture(request(bearer(token)), "main")).resolves.toBeTruthy();
    expect(await refusedWith(door, request(bearer("bad"), { from: "192.0.2.2" }))).toBe(4401);
  });

  it("are no matter for programs of this machine, nor is a valid token for something else one", async () => {
    const door = doorWith();
    const own = request(bearer("bad"), { from: "127.0.0.1" });
    expect(new Set(await codes(door, 50, own))).toEqual(new Set([4401]));
    const elsewhere = request(bearer(handMade({ room: "other" })));
    for (let i = 0; i < 50; i++) {
      await expect(door.picture(elsewhere, "main")).rejects.toMatchObject({ closeCode: 4403 });
    }
  });

  it("are forgiven, one in 2 s", async () => {
    let now = 0;
    const door = doorWith({ now: () => now });
    await codes(door, 20);
    expect(await codes(door, 1)).toEqual([4429]);
    now = 2000;
    door.tick();
    expect(await codes(door, 2)).toEqual([4401, 4429]);
  });
});

describe("the places of those who have not said hello (P-7)", () => {
  const silent = { role: "producer", refused: () => {} } as const;

  it("are 2 an address for producers, and given back on hello and on leaving", async () => {
    const door = doorWith();
    const entry = await entered(door, request(), false);
    const [one, two] = [door.gate(entry, silent), door.gate(entry, silent)];
    expect(door.gate(entry, silent)).toBeUndefined();
    one?.abandoned();
    two?.admit({ room: "main", token: "bad" }, () => {});
    expect([door.gate(entry, silent), door.gate(entry, silent)]).not.toContain(undefined);
    expect(door.gate(entry, silent)).toBeUndefined();
  });

  it("are counted in all, and not by address, for programs of this machine; for who has shown a token not at all", async () => {
    const door = doorWith();
    const own = await entered(door, request({}, { from: "::1" }), false);
    const known = await entered(door, request(bearer(handMade({ role: "producer" }))), false);
    for (let i = 0; i < 32; i++) expect(door.gate(own, silent)).toBeDefined();
    expect(door.gate(own, silent)).toBeUndefined();
    for (let i = 0; i < 40; i++) expect(door.gate(known, silent)).toBeDefined();
  });
});
