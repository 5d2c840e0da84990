import { CLOSE, REASON } from "@screen-share/protocol";
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

describe("lossOf", () => {
  it("tells a relay that never answered from one that was lost", () => {
    expect(kindOf(1006, "", false)).toBe("unreachable");
    expect(kindOf(1006, "", true)).toBe("lost");
  });

  it("tells a full room, a full relay and too many attempts by the reason (P-43)", () => {
    expect(kindOf(CLOSE.full, `${REASON.roomFull}: it takes 1 at most`)).toBe("room-full");
    expect(kindOf(CLOSE.full, `${REASON.relayFull}: it has 9 rooms at most`)).toBe("relay-full");
    expect(kindOf(CLOSE.full, `${REASON.attempts} without a valid token`)).toBe("throttled");
    expect(kindOf(CLOSE.full, "words of a newer relay")).toBe("relay-full");
  });

  it("names what the code alone says", () => {
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
    expect(at(2000, { code: CLOSE.full, reason: REASON.roomFull }).kind).toBe("room-full");
  });

  it("counts from the first of a row", () => {
    const first = lossOf(GONE, known());
    expect(lossOf(GONE, known({ now: 9000, before: first }))).toEqual(first);
  });
});
