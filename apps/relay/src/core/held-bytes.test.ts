import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeldBytes, type Holder } from "./held-bytes.ts";

function client(name: string, gone: string[]): Holder {
  return { cutOff: () => gone.push(name) };
}

describe("bytes held for all clients together", () => {
  it("count a message to several clients once", () => {
    const held = new HeldBytes(1000, () => {});
    const picture = new Uint8Array(300);
    const [a, b] = ["a", "b"].map((name) => client(name, []));
    if (!a || !b) throw new Error("there are two");
    held.hold(a, { ownBytes: 10, shared: picture });
    held.hold(b, { ownBytes: 20, shared: picture });
    expect(held.usedBytes).toBe(330);
    held.release(a);
    expect(held.usedBytes).toBe(320);
    held.hold(b, { ownBytes: 0, shared: new Uint8Array(50) });
    expect(held.usedBytes).toBe(50);
    held.release(b);
    held.release(b);
    expect(held.usedBytes).toBe(0);
  });

  it("cut off the client with the most, and no more clients than necessary", () => {
    const gone: string[] = [];
    let counted = 0;
    const held = new HeldBytes(100, () => counted++);
    held.hold(client("small", gone), { ownBytes: 10 });
    held.hold(client("large", gone), { ownBytes: 60 });
    held.hold(client("middle", gone), { ownBytes: 30 });
    expect(gone).toEqual([]);
    held.hold(client("late", gone), { ownBytes: 1 });
    expect(gone).toEqual(["large"]);
    expect(counted).toBe(1);
    expect(held.usedBytes).toBe(41);
  });

  it("count a shared message in equal parts for the clients that share it", () => {
    const gone: string[] = [];
    const held = new HeldBytes(100, () => {});
    const shared = new Uint8Array(80);
    for (const name of ["a", "b", "c", "d"]) held.hold(client(name, gone), { ownBytes: 0, shared });
    held.hold(client("old", gone), { ownBytes: 0, shared: new Uint8Array(50) });
    expect(gone).toEqual(["old"]);
  });

  it("cut off a client that exceeds the limit alone, even during a send to it", () => {
    const gone: string[] = [];
    const held = new HeldBytes(100, () => {});
    held.hold(client("a", gone), { ownBytes: 101 });
    expect(gone).toEqual(["a"]);
    expect(held.usedBytes).toBe(0);
  });

  it("never exceed the limit, and are zero once all are released", () => {
    const messages = [10, 40, 90].map((length) => new Uint8Array(length));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(5), fc.nat(60), fc.nat(4)), { maxLength: 60 }),
        (steps) => {
          const held = new HeldBytes(100, () => {});
          const clients = Array.from({ length: 6 }, (_, i) => client(String(i), []));
          for (const [who, ownBytes, which] of steps) {
            const holder = clients[who];
            if (!holder) continue;
            if (which === 4) held.release(holder);
            else held.hold(holder, { ownBytes, shared: messages[which] });
            expect(held.usedBytes).toBeLessThanOrEqual(100);
          }
          for (const holder of clients) held.release(holder);
          expect(held.usedBytes).toBe(0);
        },
      ),
    );
  });
});
