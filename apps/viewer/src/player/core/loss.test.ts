import { CLOSE, CLOSINGS, type ClosingReason } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { type Loss, lossOf } from "./loss.ts";

const GONE = { code: 1006, reason: "" };
const known = (more: { now?: number; welcomed?: boolean; before?: Loss } = {}) => ({
  now: 1000,
  welcomed: false,
  before: undefined,
  ...more,
});
const kindOf = (code: number, reason = "", welcomed = true) =>
  lossOf({ code, reason }, known({ welcomed })).kind;
const full = (closing?: ClosingReason) => ({ code: CLOSE.full, reason: "any text", closing });

describe("lossOf", () => {
  it("distinguishes a relay that never answered from one that was lost", () => {
    expect(kindOf(1006, "", false)).toBe("unreachable");
    expect(kindOf(1006, "", true)).toBe("lost");
  });

  it("distinguishes a full room, a full relay and too many attempts by the typed reason alone (P-43)", () => {
    const kindFor = (closing?: ClosingReason) => lossOf(full(closing), known()).kind;
    expect(kindFor("room-full")).toBe("room-full");
    expect(kindFor("relay-full")).toBe("relay-full");
    expect(kindFor("too-many-attempts")).toBe("throttled");
    expect(kindFor()).toBe("relay-full");
    expect(kindOf(CLOSE.full, CLOSINGS["room-full"].text)).toBe("relay-full");
  });

  it("names what follows from the code alone", () => {
    expect(kindOf(CLOSE.silent)).toBe("silent");
    expect(kindOf(CLOSE.protocolError)).toBe("garbled");
    expect(kindOf(CLOSE.tooLarge)).toBe("too-large");
    expect(kindOf(CLOSE.restarting)).toBe("restarting");
  });

  it("remembers for half a minute that the relay restarts, while nothing answers", () => {
    const restarting = lossOf({ code: CLOSE.restarting, reason: "" }, known({ welcomed: true }));
    const at = (now: number, end = GONE) =>
      lossOf(end, known({ now, welcomed: true, before: restarting }));
    expect(at(2000)).toBe(restarting);
    expect(at(30_999)).toBe(restarting);
    expect(at(31_000)).toEqual({ kind: "lost", since: 1000 });
    expect(at(2000, full("room-full")).kind).toBe("room-full");
  });

  it("counts from the first of a row", () => {
    const first = lossOf(GONE, known());
    expect(lossOf(GONE, known({ now: 9000, before: first }))).toEqual(first);
  });
});
