import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Places } from "./places.ts";

function placesOf(max: number, ...holders: string[]): Places<string> {
  const places = new Places<string>(max);
  holders.forEach((holder, i) => {
    places.enter(`${holder}${i}`, holder);
  });
  return places;
}

describe("places (P-57)", () => {
  it("are free for any holder while any are left, however many it holds", () => {
    expect(placesOf(4, "a", "a", "a").find("a")).toEqual({ kind: "free" });
  });

  it("are taken from the holder with the most, newest first", () => {
    const places = placesOf(5, "a", "b", "b", "b", "a");
    expect(places.find("c")).toEqual({ kind: "held", by: "b3" });
    expect(places.find("a")).toEqual({ kind: "held", by: "b3" });
  });

  it("are not taken from a holder with one place, nor from the newcomer's own holder", () => {
    expect(placesOf(3, "a", "b", "c").find("d")).toEqual({ kind: "none" });
    expect(placesOf(3, "a", "a", "b").find("a")).toEqual({ kind: "none" });
    expect(placesOf(4, "a", "a", "b", "b").find("b")).toEqual({ kind: "none" });
  });

  it("are free again once left, and each member frees only one", () => {
    const places = placesOf(2, "a", "b");
    places.leave("a0", "a");
    places.leave("a0", "a");
    expect(places.find("c")).toEqual({ kind: "free" });
    places.enter("c", "c");
    expect(places.find("d")).toEqual({ kind: "none" });
  });

  it("end up shared evenly, and one holder keeps out no single newcomer", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 60 }),
        (max, arrivals) => {
          const places = new Places<object>(max);
          const holderOf = new Map<object, string>();
          const arrive = (holder: string): boolean => {
            const place = places.find(holder);
            if (place.kind === "none") return false;
            if (place.kind === "held") places.leave(place.by, holderOf.get(place.by) ?? "");
            const member = {};
            holderOf.set(member, holder);
            places.enter(member, holder);
            return true;
          };
          for (const holder of [...new Array(max).fill("flood"), ...arrivals]) arrive(holder);
          const counts = ["flood", "a", "b", "c"].map((holder) => places.heldBy(holder).size);
          expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(max);
          if (Math.max(...counts) > 1) expect(arrive("alone")).toBe(true);
        },
      ),
    );
  });
});
