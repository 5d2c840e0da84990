import { describe, expect, it } from "vitest";
import { AwaitedSession } from "./awaited-session.ts";
import type { Session } from "./peer.ts";

class KeptSession implements Session {
  readonly calls: unknown[] = [];
  readonly summary = { kind: "kept" };
  receive(message: Uint8Array | string, now: number): void {
    this.calls.push([typeof message === "string" ? message : [...message], now]);
  }
  ponged(payload: string): void {
    this.calls.push(`pong ${payload}`);
  }
  drained(): void {
    this.calls.push("drained");
  }
  tick(): void {
    this.calls.push("tick");
  }
  ended(): void {
    this.calls.push("ended");
  }
}

function awaited() {
  const kept = new KeptSession();
  let verify: (make: () => Session) => void = () => {};
  const coming = new Promise<() => Session>((resolve) => {
    verify = resolve;
  });
  const session = new AwaitedSession(coming);
  let made = 0;
  const become = async () => {
    verify(() => {
      made++;
      return kept;
    });
    await coming;
    await Promise.resolve();
  };
  return { session, kept, become, made: () => made };
}

describe("a connection whose token is being verified", () => {
  it("keeps the newest that was said meanwhile, in bytes of its own, and becomes the other", async () => {
    const { session, kept, become } = awaited();
    const bytes = Uint8Array.of(1, 2);
    session.receive("first", 1);
    session.receive(bytes, 2);
    bytes.fill(9);
    session.tick(3);
    expect(session.summary).toEqual({ kind: "not verified" });
    await become();
    expect(kept.calls).toEqual([[[1, 2], 2]]);
    session.receive("later", 4);
    session.ponged("p", 4);
    session.drained(4);
    session.tick(4);
    session.ended(5);
    expect(kept.calls.slice(1)).toEqual([["later", 4], "pong p", "drained", "tick", "ended"]);
    expect(session.summary).toEqual({ kind: "kept" });
  });

  it("that ends before becomes nothing", async () => {
    const { session, become, made } = awaited();
    session.receive("first", 1);
    session.ended(2);
    await become();
    expect(made()).toBe(0);
  });
});
