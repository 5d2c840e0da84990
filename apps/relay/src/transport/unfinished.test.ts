import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Holder, Unfinished } from "./unfinished.ts";

class FakeHolder implements Holder {
  dropped = 0;
  constructor(
    readonly admitted: boolean,
    readonly name = "",
  ) {}
  drop(): void {
    this.dropped++;
  }
}

describe("unfinished messages (P-8)", () => {
  it("below the limit drop nobody", () => {
    const unfinished = new Unfinished(100);
    const holders = [new FakeHolder(false), new FakeHolder(true)];
    for (const holder of holders) unfinished.holds(holder, 50);
    expect(holders.map(({ dropped }) => dropped)).toEqual([0, 0]);
    expect(unfinished.totalBytes).toBe(100);
  });

  it("beyond it drop the stranger that holds most, before anybody who was admitted", () => {
    const unfinished = new Unfinished(100);
    const admitted = new FakeHolder(true);
    const [small, large] = [new FakeHolder(false), new FakeHolder(false)];
    unfinished.holds(admitted, 60);
    unfinished.holds(small, 10);
    unfinished.holds(large, 20);
    unfinished.holds(small, 21);
    expect([admitted.dropped, small.dropped, large.dropped]).toEqual([0, 1, 0]);
    unfinished.holds(large, 41);
    expect([admitted.dropped, large.dropped]).toEqual([0, 1]);
    expect(unfinished.totalBytes).toBe(60);
  });

  it("without strangers drop the client that holds most, even if it is not the one that sends", () => {
    const unfinished = new Unfinished(100);
    const [small, large] = [new FakeHolder(true), new FakeHolder(true)];
    unfinished.holds(large, 90);
    unfinished.holds(small, 11);
    expect([small.dropped, large.dropped]).toEqual([0, 1]);
  });

  it("are forgotten when they are whole", () => {
    const unfinished = new Unfinished(100);
    const holder = new FakeHolder(true);
    for (let i = 0; i < 10; i++) {
      unfinished.holds(holder, 90);
      unfinished.holds(holder, 0);
    }
    expect([holder.dropped, unfinished.totalBytes]).toEqual([0, 0]);
  });

  it("never exceed the limit after a call, whatever comes", () => {
    const step = fc.record({ who: fc.nat(7), bytes: fc.nat(120) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const unfinished = new Unfinished(100);
        const holders = Array.from({ length: 8 }, (_, i) => new FakeHolder(i % 2 === 0));
        for (const { who, bytes } of steps) {
          const holder = holders[who];
          if (holder && holder.dropped === 0) unfinished.holds(holder, bytes);
          expect(unfinished.totalBytes).toBeLessThanOrEqual(100);
          expect(unfinished.totalBytes).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
