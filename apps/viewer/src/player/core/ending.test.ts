import { CLOSE, REASON } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { endingOf } from "./ending.ts";

const kindOf = (code: number, reason: string, hasToken = true) =>
  endingOf({ code, reason }, hasToken).kind;

describe("endingOf", () => {
  it("asks a tab without a token for its link, whatever the relay says", () => {
    expect(kindOf(CLOSE.unauthorized, "this relay asks for a token", false)).toBe("no-token");
    expect(kindOf(CLOSE.unauthorized, "", false)).toBe("no-token");
  });

  it("tells links that have expired, were ended, or never were any by the reason (P-43)", () => {
    expect(kindOf(CLOSE.unauthorized, REASON.expired)).toBe("expired");
    expect(kindOf(CLOSE.unauthorized, REASON.linkEnded)).toBe("ended-by-host");
    for (const other of ["", "the token is malformed", "of a newer relay"]) {
      expect(kindOf(CLOSE.unauthorized, other)).toBe("invalid-token");
    }
  });

  it("tells a link that is for something else from a page that may not watch at all (P-43)", () => {
    expect(kindOf(CLOSE.forbidden, REASON.otherRoom)).toBe("wrong-link");
    expect(kindOf(CLOSE.forbidden, `${REASON.otherRole} viewer`)).toBe("wrong-link");
    const page = { code: CLOSE.forbidden, reason: "pages of this origin may not connect" };
    expect(endingOf(page, true)).toEqual({ kind: "wrong-page", told: page.reason });
  });

  it("takes any other end for two that do not understand each other", () => {
    for (const code of [CLOSE.protocolError, CLOSE.tooLarge]) {
      expect(kindOf(code, "")).toBe("incompatible");
    }
  });
});
