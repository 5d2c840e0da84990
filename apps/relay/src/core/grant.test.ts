import { ProtocolError } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { grantOf, UNLIMITED } from "./grant.ts";

const claims = { exp: 1000, role: "viewer", room: "demo" } as const;
const ask = { role: "viewer", room: "demo", holder: "a link and an address" } as const;

describe("a grant", () => {
  it("never expires without a secret (P-70)", () => {
    expect(UNLIMITED.expiresAt).toBe(Number.POSITIVE_INFINITY);
  });

  it("ends less than 5 s after its token's exp (P-81)", () => {
    const { expiresAt } = grantOf(claims, ask);
    expect(expiresAt).toBeGreaterThanOrEqual(1_000_000);
    // Rooms check once a second.
    expect(expiresAt + 1000).toBeLessThan(1_005_000);
  });

  it.each([
    { role: "producer", room: "demo" },
    { role: "viewer", room: "main" },
    { role: "viewer", room: "Demo" },
    { role: "viewer", room: "" },
  ] as const)(
    "is refused with 4403 for anything but its token's role and room: %j (P-82)",
    (other) => {
      const refused = () => grantOf(claims, { ...ask, ...other });
      expect(refused).toThrow(ProtocolError);
      expect(refused).toThrow(expect.objectContaining({ closeCode: 4403 }));
    },
  );

  it("carries the generation, and a name that is safe to log (P-80, P-85)", () => {
    const grant = grantOf({ ...claims, gen: "g1", sub: `\u001b[2J\u202e${"n".repeat(500)}` }, ask);
    expect(grant).toMatchObject({ generation: "g1", name: `[2J${"n".repeat(97)}` });
    expect(grantOf(claims, ask)).toMatchObject({
      generation: undefined,
      name: undefined,
      holder: "a link and an address",
    });
  });
});
