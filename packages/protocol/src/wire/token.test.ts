import { createHmac } from "node:crypto";
import fc from "fast-check";
import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { checkScope } from "./claims.ts";
import { ProtocolError } from "./close.ts";
import { signToken, tokenKey, verifyToken } from "./token.ts";

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const key = tokenKey("a secret of thirty-two bytes or more");
const other = tokenKey("another secret of thirty-two bytes..");
const viewer = { role: "viewer", room: "demo", expiresAt: NOW + HOUR_MS } as const;

function base64url(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString(
    "base64url",
  );
}

/** Signs a token without our code or jose, as any other library would. */
function handMade(claims: object, header: object = { alg: "HS256" }, secret: Uint8Array = key) {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

const refusal = async (token: string, now = NOW) => {
  const error: unknown = await verifyToken([key], token, now).then(
    () => "accepted",
    (error: unknown) => error,
  );
  if (!(error instanceof ProtocolError)) throw new Error(`not refused: ${error}`);
  expect(error.closeCode).toBe(4401);
  return error.message;
};

describe("tokens (P-80 … P-83)", () => {
  it("contain what they were minted with", async () => {
    const token = await signToken(key, { ...viewer, name: "Zoë", generation: "g1" });
    expect(await verifyToken([key], token, NOW)).toEqual({
      role: "viewer",
      room: "demo",
      exp: (NOW + HOUR_MS) / 1000,
      sub: "Zoë",
      gen: "g1",
    });
  });

  it("can be minted by anyone who has the secret, and are for the room main by default", async () => {
    const token = handMade({ role: "producer", exp: NOW / 1000 + 60, iss: "a shop", aud: ["x"] });
    const claims = await verifyToken([key], token, NOW);
    expect(claims).toMatchObject({ role: "producer", room: "main" });
  });

  it("are valid until exp and slightly longer, by the clock of the verifier (P-81)", async () => {
    const token = await signToken(key, viewer);
    await expect(verifyToken([key], token, NOW + HOUR_MS + 1000)).resolves.toBeTruthy();
    expect(await refusal(token, NOW + HOUR_MS + 4000)).toBe("the token has expired");
  });

  it("are refused without exp or role, or before nbf (P-80)", async () => {
    const exp = NOW / 1000 + 60;
    expect(await refusal(handMade({ role: "viewer" }))).toContain('"exp"');
    expect(await refusal(handMade({ exp }))).toContain('"role"');
    expect(await refusal(handMade({ exp, role: ["viewer"] }))).toContain('"role"');
    expect(await refusal(handMade({ exp, role: "viewer", room: 7 }))).toContain('"room"');
    expect(await refusal(handMade({ exp, role: "viewer", gen: "" }))).toContain('"gen"');
    expect(await refusal(handMade({ exp, role: "viewer", nbf: exp }))).toContain('"nbf"');
    expect(await refusal(handMade({ exp: "never", role: "viewer" }))).toContain('"exp"');
  });

  it("are refused with any other algorithm, whatever their header claims (P-80)", async () => {
    const claims = { role: "viewer", exp: NOW / 1000 + 60 };
    expect(await refusal(new UnsecuredJWT(claims).encode())).toBe("the token is malformed");
    expect(await refusal(handMade(claims, { alg: "none" }))).toBe("the token is malformed");
    expect(await refusal(handMade(claims, { alg: "HS512" }))).toBe("the token is malformed");
    expect(await refusal(handMade(claims, { alg: "RS256" }))).toBe("the token is malformed");
    expect(await refusal(handMade(claims, { alg: "HS256", crit: ["b64"], b64: false }))).toBe(
      "the token is malformed",
    );
    const wider = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS384" })
      .sign(tokenKey("a secret that is long enough for the wider one, 48 bytes"));
    expect(await refusal(wider)).toBe("the token is malformed");
  });

  it("of the previous secret are valid while it is configured", async () => {
    const token = await signToken(other, viewer);
    expect(await refusal(token)).toBe("the token is not valid here");
    await expect(verifyToken([key, other], token, NOW)).resolves.toMatchObject({ room: "demo" });
    const stale = await signToken(other, { ...viewer, expiresAt: NOW - HOUR_MS });
    await expect(verifyToken([key, other], stale, NOW)).rejects.toThrow("expired");
  });

  it("are invalid if any byte is changed", async () => {
    const token = await signToken(key, viewer);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.nat(63), async (at, letter) => {
        const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        const forged = `${token.slice(0, at)}${alphabet[letter]}${token.slice(at + 1)}`;
        // The last character of a signature has bits that are not used.
        fc.pre(forged !== token && at < token.length - 1);
        await refusal(forged);
      }),
    );
  });

  it("are refused if they are any other text, which the reason does not repeat", async () => {
    const hostile = fc.oneof(fc.string(), fc.string({ unit: "binary", maxLength: 5000 }));
    await fc.assert(
      fc.asyncProperty(hostile, async (token) => {
        const words = await refusal(token);
        if (token.length > 3) expect(words).not.toContain(token);
      }),
    );
    expect(await refusal("x".repeat(4097))).toBe("the token is too long");
    expect(await refusal(`${base64url('{"alg":"HS256"}')}.${"[".repeat(2000)}.x`)).toBe(
      "the token is malformed",
    );
    const polluting = base64url('{"__proto__":{"role":"viewer"},"exp":9e9}');
    const signed = `${base64url({ alg: "HS256" })}.${polluting}`;
    const signature = createHmac("sha256", key).update(signed).digest("base64url");
    expect(await refusal(`${signed}.${signature}`)).toContain('"role"');
  });

  it("open one room in one role (P-82)", () => {
    const claims = { role: "viewer", room: "demo", exp: 1 };
    expect(() => checkScope(claims, { role: "viewer", room: "demo" })).not.toThrow();
    expect(() => checkScope(claims, { role: "producer", room: "demo" })).toThrow("no token for a");
    expect(() => checkScope(claims, { role: "viewer", room: "Demo" })).toThrow("another room");
    expect(() =>
      checkScope({ ...claims, role: "admin" }, { role: "viewer", room: "demo" }),
    ).toThrow(ProtocolError);
  });

  it("need a secret of at least 32 bytes of UTF-8, which is used unchanged", () => {
    expect(() => tokenKey("x".repeat(31))).toThrow(RangeError);
    expect(tokenKey("é".repeat(16))).toHaveLength(32);
    expect(tokenKey(` ${"x".repeat(31)}`)[0]).toBe(0x20);
  });
});
