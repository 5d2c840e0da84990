import { ProtocolError } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import {
  admissionWith,
  bearer,
  FAR,
  greeted,
  opened,
  refusedWith,
  request,
  SILENT,
  verdict,
} from "../../test/admission-clients.ts";
import { PRODUCER_ID } from "../../test/participants.ts";
import { handMade } from "../../test/tokens.ts";
import type { Admission } from "./admission.ts";

describe("the holder of places (P-57)", () => {
  const token = handMade();
  async function holder(shown: string, from: string): Promise<string> {
    const { grant } = await admissionWith().picture(request(bearer(shown), { from }));
    return grant.holder;
  }

  it("is a link at an address, including the relay's own machine", async () => {
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

  it("is the same for a v1 client that sends its token in hello", async () => {
    const admission = admissionWith();
    const grant = await greeted(admission, request(), { token });
    expect(grant).toMatchObject({ holder: await holder(token, FAR) });
  });

  it("is the same for every spelling of a token", async () => {
    // The last of 43 characters has two unused bits.
    const last = token.at(-1) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spelling = `${token.slice(0, -1)}${alphabet[alphabet.indexOf(last) ^ 1]}`;
    expect(spelling).not.toBe(token);
    expect(await holder(spelling, FAR)).toBe(await holder(token, FAR));
  });
});

describe("the token of a plain client (P-83)", () => {
  it("is accepted in the header or in the query; the header wins", async () => {
    const admission = admissionWith();
    const [good, bad] = [handMade(), "bad"];
    expect(await refusedWith(admission, request(bearer(good)))).toBe("admitted");
    expect(await refusedWith(admission, request({}, { query: `token=${good}` }))).toBe("admitted");
    const goodWins = request(bearer(good), { query: `token=${bad}` });
    expect(await refusedWith(admission, goodWins)).toBe("admitted");
    const badWins = request(bearer(bad), { query: `token=${good}` });
    expect(await refusedWith(admission, badWins)).toBe(4401);
    expect(await refusedWith(admission, request())).toBe(4401);
  });

  it("is not accepted in the query if QUERY_TOKENS is off", async () => {
    const admission = admissionWith({ queryTokens: false });
    expect(await refusedWith(admission, request({}, { query: `token=${handMade()}` }))).toBe(4401);
    expect(await refusedWith(admission, request(bearer(handMade())))).toBe("admitted");
    const asked = request({}, { query: `token=${handMade()}` });
    await expect(admission.picture(asked)).rejects.toMatchObject({ closeCode: 4401 });
  });

  it.each(["bearer", "BEARER", "Bearer  "])(
    "may use the scheme %j (RFC 7235 §2.1)",
    async (word) => {
      const asked = request({ authorization: `${word} ${handMade()}` });
      expect(await refusedWith(admissionWith(), asked)).toBe("admitted");
    },
  );

  it.each(["Basic x", "Bearer", "Bearer a b", `Bearer${handMade()}`])(
    "is not accepted in the header %j",
    async (authorization) => {
      expect(await refusedWith(admissionWith(), request({ authorization }))).toBe(4401);
    },
  );
});

describe("the token of a v1 client (P-83)", () => {
  it("is accepted in hello", async () => {
    const admission = admissionWith();
    const token = handMade({ room: "demo" });
    expect(await greeted(admission, request(), { room: "demo", token })).toMatchObject({
      holder: expect.stringContaining(FAR),
    });
    expect(await greeted(admission, request(), { room: "main", token })).toBe(4403);
    expect(await greeted(admission, request(), { room: "demo" })).toBe(4401);
  });

  it("is not accepted in the query, which logs record", async () => {
    const asked = request({}, { query: `token=${handMade()}` });
    expect(await greeted(admissionWith(), asked, {})).toBe(4401);
  });

  it("in the header wins over one in hello, whichever is valid", async () => {
    const admission = admissionWith();
    const token = handMade({ room: "demo" });
    expect(await greeted(admission, request(bearer(handMade())), { room: "demo", token })).toBe(
      4403,
    );
    expect(await refusedWith(admission, request(bearer("bad")), false)).toBe(4401);
  });

  it("that is invalid in the header closes the connection before hello", async () => {
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

  it("is claimed before its session is created, and released if that fails", async () => {
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

  it("may be claimed asynchronously, from other relays", async () => {
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

describe("the origin of a request", () => {
  it("is checked against ALLOWED_ORIGINS if there is a secret (P-88)", async () => {
    const page = { origin: "https://a.example", ...bearer(handMade()) };
    const open = admissionWith();
    expect(await refusedWith(open, request(page))).toBe("admitted");
    const chosen = admissionWith({ allowedOrigins: ["https://b.example"] });
    expect(await refusedWith(chosen, request(page))).toBe(4403);
    expect(await refusedWith(chosen, request({ ...page, origin: "null" }))).toBe(4403);
    expect(await refusedWith(chosen, request({ ...page, origin: "https://b.example" }))).toBe(
      "admitted",
    );
    expect(await refusedWith(chosen, request(bearer(handMade())))).toBe("admitted");
  });

  it("is checked before the token, so that no failed attempt is counted", async () => {
    const admission = admissionWith({ allowedOrigins: ["https://b.example"] });
    for (let i = 0; i < 50; i++) {
      expect(await refusedWith(admission, request({ origin: "null", ...bearer("bad") }))).toBe(
        4403,
      );
    }
    expect(await refusedWith(admission, request(bearer("bad")))).toBe(4401);
  });

  it("is restricted without a secret (P-70)", async () => {
    const admission = admissionWith({ secret: "" });
    expect(await refusedWith(admission, request())).toBe(4403);
    expect(await refusedWith(admission, request({ host: "localhost:8000" }))).toBe("admitted");
    expect(
      admission.refusal(request({ host: "localhost:8000", forwarded: "x" }), { picture: false }),
    ).toBeInstanceOf(ProtocolError);
  });
});
