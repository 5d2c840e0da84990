import { tokenKey, verifyToken } from "@screen-share/protocol/token";
import { describe, expect, it } from "vitest";
import { handMade, OLD_SECRET, SECRET } from "../../test/tokens.ts";
import { UNLIMITED } from "../core/grant.ts";
import { Auth } from "./auth.ts";

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const exp = NOW / 1000 + 60;

function auth(options: { secrets?: string[]; viewerUrl?: string } = {}): Auth {
  const { secrets = [SECRET], viewerUrl } = options;
  const keys = secrets.map(tokenKey);
  return new Auth({ keys, linkTtlMs: HOUR_MS, viewerUrl, wallNow: () => NOW });
}

function linkOf(from: Auth, expiresAt: number, generation?: string): Promise<string> {
  return new Promise((done) => {
    from.mintLink({ room: "demo", grant: { ...UNLIMITED, expiresAt }, generation }, done);
  });
}

function tokenIn(link: string): string {
  return /^\/#room=demo&token=(.+)$/.exec(link)?.[1] ?? "";
}

describe("tokens of a relay", () => {
  it("are required only if there is a secret (P-70)", () => {
    expect(auth().required).toBe(true);
    const open = auth({ secrets: [] });
    expect(open.required).toBe(false);
  });

  it("are valid if signed with one of its secrets (P-80)", async () => {
    const both = auth({ secrets: [SECRET, OLD_SECRET] });
    for (const secret of [SECRET, OLD_SECRET]) {
      const token = handMade({ exp }, { secret });
      expect(await both.verify(token)).toMatchObject({ role: "viewer", room: "main" });
    }
    const refused = auth().verify(handMade({ exp }, { secret: OLD_SECRET }));
    await expect(refused).rejects.toMatchObject({ closeCode: 4401 });
  });

  it.each([undefined, "", "x", "a.b.c", handMade({ exp: NOW / 1000 - 10 })])(
    "that are missing or invalid are refused with 4401 (P-80): %s",
    async (token) => {
      await expect(auth().verify(token)).rejects.toMatchObject({ closeCode: 4401 });
    },
  );
});

describe("a producer's link", () => {
  it("carries a token for its room and generation only (P-85)", async () => {
    const token = tokenIn(await linkOf(auth(), NOW + 10 * HOUR_MS, "g1"));
    const claims = await verifyToken([tokenKey(SECRET)], token, NOW);
    expect(claims).toMatchObject({ role: "viewer", room: "demo", gen: "g1" });
  });

  it("expires with the producer's own grant or after LINK_TTL, whichever is first", async () => {
    const verified = async (expiresAt: number) =>
      (await verifyToken([tokenKey(SECRET)], tokenIn(await linkOf(auth(), expiresAt)), NOW)).exp;
    expect(await verified(NOW + 10 * HOUR_MS)).toBe((NOW + HOUR_MS) / 1000);
    expect(await verified(NOW + HOUR_MS / 2)).toBe((NOW + HOUR_MS / 2) / 1000);
    expect(await verified(Number.POSITIVE_INFINITY)).toBe((NOW + HOUR_MS) / 1000);
  });

  it("is signed with the current secret if there are two", async () => {
    const token = tokenIn(await linkOf(auth({ secrets: [SECRET, OLD_SECRET] }), NOW + HOUR_MS));
    expect(await auth().verify(token)).toMatchObject({ room: "demo" });
  });

  it("has no token if none is required, and is made at once", () => {
    let link = "";
    const mint = { room: "demo", grant: UNLIMITED, generation: "g1" };
    auth({ secrets: [] }).mintLink(mint, (minted) => {
      link = minted;
    });
    expect(link).toBe("/#room=demo");
  });

  it("is under the viewer page's address if that is configured, with its token in the fragment", async () => {
    const viewerUrl = "https://v.example/watch";
    const link = await linkOf(auth({ viewerUrl }), NOW + HOUR_MS);
    expect(link).toMatch(/^https:\/\/v\.example\/watch#room=demo&token=[\w.-]+$/);
  });
});
