import { describe, expect, it } from "vitest";
import { INITIAL_SNAPSHOT } from "../player/core/snapshot.ts";
import { embedStateOf, sameEmbedState } from "./embed-state.ts";

const ONLINE = { online: true };
const picture = { width: 10, height: 20 };

describe("embedStateOf", () => {
  it("has plain values, and the texts of the page itself", () => {
    const live = { ...INITIAL_SNAPSHOT, connection: { state: "connected", viewers: 3 } } as const;
    expect(embedStateOf({ ...live, picture }, ONLINE)).toEqual({
      state: "live",
      title: "Live",
      detail: undefined,
      viewers: 3,
      picture: { width: 10, height: 20 },
      ageS: undefined,
    });
    expect(embedStateOf(INITIAL_SNAPSHOT, ONLINE)).toMatchObject({
      state: "connecting",
      viewers: undefined,
      picture: undefined,
    });
  });

  it("contains no part of a link", () => {
    const connection = { state: "ended", ending: { kind: "expired", reason: "a.b.c" } } as const;
    const state = embedStateOf({ ...INITIAL_SNAPSHOT, connection }, ONLINE);
    expect(JSON.stringify(state)).not.toContain("a.b.c");
    expect(state.state).toBe("ended");
  });

  it("is compared by its values", () => {
    const one = embedStateOf(INITIAL_SNAPSHOT, ONLINE);
    expect(sameEmbedState(undefined, one)).toBe(false);
    expect(sameEmbedState({ ...one }, one)).toBe(true);
    expect(sameEmbedState({ ...one, ageS: 3 }, one)).toBe(false);
  });
});
