import { CLOSE } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { endingOf } from "./ending.ts";

describe("endingOf", () => {
  it("asks a tab without a token for the original link, and one with a token for a new one", () => {
    const { unauthorized } = CLOSE;
    expect(endingOf(unauthorized, false).reason).toMatch(/original link/);
    expect(endingOf(unauthorized, false).remedy).toBe("link");
    expect(endingOf(unauthorized, true).reason).toMatch(/expired or was ended.*a new one/);
    expect(endingOf(unauthorized, true).remedy).toBe("link");
  });

  it("tells a link that is for something else from a page that may not watch at all", () => {
    expect(endingOf(CLOSE.forbidden, true).reason).toMatch(/^this link is not for this room/);
    expect(endingOf(CLOSE.forbidden, false).reason).toMatch(/this page’s address$/);
  });

  it("lets a person try again after any other end", () => {
    for (const code of [CLOSE.protocolError, CLOSE.tooLarge]) {
      expect(endingOf(code, true).remedy).toBe("again");
    }
  });
});
