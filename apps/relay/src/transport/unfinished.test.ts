import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PartialSender, Unfinished } from "./unfinished.ts";

class FakeSender implements PartialSender {
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
  it("drop no client below the limit", () => {
    const unfinished = new Unfinished(100);
    const senders = [new FakeSender(false), new FakeSender(true)];
    for (const sender of senders) unfinished.holds(sender, 50);
    expect(senders.map(({ dropped }) => dropped)).toEqual([0, 0]);
    expect(unfinished.totalBytes).toBe(100);
  });

  it("drop the stranger with the most above the limit, before any admitted client", () => {
    const unfinished = new Unfinished(100);
    const admitted = new FakeSender(true);
    const [small, large] = [new FakeSender(false), new FakeSender(false)];
    unfinished.holds(admitted, 60);
    unfinished.holds(small, 10);
    unfinished.holds(large, 20);
    unfinished.holds(small, 21);
    expect([admitted.dropped, small.dropped, large.dropped]).toEqual([0, 1, 0]);
    unfinished.holds(large, 41);
    expect([admitted.dropped, large.dropped]).toEqual([0, 1]);
    expect(unfinished.totalBytes).toBe(60);
  });

  it("drop the client with the most if there are no strangers, even while another sends", () => {
    const unfinished = new Unfinished(100);
    const [small, large] = [new FakeSender(true), new FakeSender(true)];
    unfinished.holds(large, 90);
    unfinished.holds(small, 11);
    expect([small.dropped, large.dropped]).toEqual([0, 1]);
  });

  it("are forgotten when complete", () => {
    const unfinished = new Unfinished(100);
    const sender = new FakeSender(true);
    for (let i = 0; i < 10; i++) {
      unfinished.holds(sender, 90);
      unfinished.holds(sender, 0);
    }
    expect([sender.dropped, unfinished.totalBytes]).toEqual([0, 0]);
  });

  it("never exceed the limit after a call", () => {
    const step = fc.record({ who: fc.nat(7), bytes: fc.nat(120) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const unfinished = new Unfinished(100);
        const senders = Array.from({ length: 8 }, (_, i) => new FakeSender(i % 2 === 0));
        for (const { who, bytes } of steps) {
          const sender = senders[who];
          if (sender && sender.dropped === 0) unfinished.holds(sender, bytes);
          expect(unfinished.totalBytes).toBeLessThanOrEqual(100);
          expect(unfinished.totalBytes).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
