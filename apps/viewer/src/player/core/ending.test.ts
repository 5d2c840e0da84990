import { CLOSE, CLOSINGS, type ClosingReason } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { endingOf } from "./ending.ts";

const kindOf = (code: number, reason: string, hasToken = true) =>
  endingOf({ code, reason }, hasToken).kind;
const kindFor = (closing: ClosingReason) =>
  endingOf({ code: CLOSINGS[closing].code, reason: "any text", closing }, true).kind;

describe("endingOf", () => {
  it("requests a link in a tab without a token, whatever the relay's reason", () => {
    expect(kindOf(CLOSE.unauthorized, "this relay asks for a token", false)).toBe("no-token");
    expect(kindOf(CLOSE.unauthorized, "", false)).toBe("no-token");
  });

  it("distinguishes expired, ended and invalid links by the typed reason alone (P-43)", () => {
    expect(kindFor("expired")).toBe("expired");
    expect(kindFor("ended")).toBe("ended-by-host");
    for (const other of ["", "the token is malformed", CLOSINGS.expired.text]) {
      expect(kindOf(CLOSE.unauthorized, other)).toBe("invalid-token");
    }
  });

  it("distinguishes a link for something else from a page that may not watch by the typed reason alone (P-43)", () => {
    expect(kindFor("wrong-room")).toBe("wrong-link");
    expect(kindFor("wrong-role")).toBe("wrong-link");
    expect(kindOf(CLOSE.forbidden, CLOSINGS["wrong-room"].text)).toBe("wrong-page");
    const page = { code: CLOSE.forbidden, reason: "pages of this origin may not connect" };
    expect(endingOf(page, true)).toEqual({ kind: "wrong-page", reason: page.reason });
  });

  it("treats any other end as an incompatibility", () => {
    for (const code of [CLOSE.protocolError, CLOSE.tooLarge]) {
      expect(kindOf(code, "")).toBe("incompatible");
    }
  });
});
