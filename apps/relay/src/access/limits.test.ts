import type { Role } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { FailedAttempts, PENDING_LIMITS, type Pending, PendingConnections } from "./limits.ts";

/** Pending connections of one role. */
function pendingOf(role: Role) {
  const connections = new PendingConnections();
  const evicted: string[] = [];
  const enter = (name: string, address?: string) => {
    const pending: Pending = { role, address, evict: () => evicted.push(name) };
    return { pending, entered: connections.enter(pending) };
  };
  return { connections, evicted, enter };
}

describe("producers that have not sent hello (P-7)", () => {
  it("are limited to 2 per address; a third is refused and the others stay", () => {
    const { connections, evicted, enter } = pendingOf("producer");
    const { pending } = enter("a", "1.1.1.1");
    expect(enter("b", "1.1.1.1").entered).toBe(true);
    expect(enter("c", "1.1.1.1").entered).toBe(false);
    expect(enter("d", "2.2.2.2").entered).toBe(true);
    connections.leave(pending);
    expect(enter("e", "1.1.1.1").entered).toBe(true);
    expect(evicted).toEqual([]);
  });

  it("are limited to 32 in total, including those that are not counted by address", () => {
    const { enter } = pendingOf("producer");
    for (let i = 0; i < 16; i++) enter(`near ${i}`);
    for (let i = 0; i < 16; i++) expect(enter(`far ${i}`, `1.1.1.${i}`).entered).toBe(true);
    expect(enter("one more", "9.9.9.9").entered).toBe(false);
    expect(enter("one more").entered).toBe(false);
  });

  it("take no place if refused, and may still leave", () => {
    const { connections, enter } = pendingOf("producer");
    enter("a", "1.1.1.1");
    enter("b", "1.1.1.1");
    const { pending } = enter("c", "1.1.1.1");
    connections.leave(pending);
    expect(enter("d", "1.1.1.1").entered).toBe(false);
  });
});

describe("viewers that have not sent hello (P-7)", () => {
  it("are limited to 100 per address; one more evicts the one that has waited longest", () => {
    const { evicted, enter } = pendingOf("viewer");
    for (let i = 0; i < 100; i++) enter(`${i}`, "1.1.1.1");
    enter("another's", "2.2.2.2");
    expect(evicted).toEqual([]);
    expect(enter("100", "1.1.1.1").entered).toBe(true);
    expect(enter("101", "1.1.1.1").entered).toBe(true);
    expect(evicted).toEqual(["0", "1"]);
  });

  it("are limited to 5000 in total, and no newcomer is refused", () => {
    const { evicted, enter } = pendingOf("viewer");
    enter("first", "1.1.1.1");
    for (let i = 1; i < PENDING_LIMITS.viewer.total; i++) enter(`${i}`);
    expect(evicted).toEqual([]);
    expect(enter("late", "1.1.1.1").entered).toBe(true);
    expect(evicted).toEqual(["first"]);
  });

  it("are not evicted after they have left, and free their address", () => {
    const { connections, evicted, enter } = pendingOf("viewer");
    const { pending } = enter("gone", "1.1.1.1");
    connections.leave(pending);
    connections.leave(pending);
    for (let i = 0; i < 100; i++) enter(`${i}`, "1.1.1.1");
    expect(evicted).toEqual([]);
  });

  it("are counted separately from producers", () => {
    const connections = new PendingConnections();
    const pending = (role: Role): Pending => ({ role, address: "1.1.1.1", evict: () => {} });
    for (let i = 0; i < 100; i++) connections.enter(pending("viewer"));
    expect(connections.enter(pending("producer"))).toBe(true);
  });
});

/** How many of several simultaneous failures exceeded the limit. */
function tooMany(
  attempts: FailedAttempts,
  address: string | undefined,
  tries: number,
  now = 0,
): number {
  return Array.from({ length: tries }, () => attempts.failed(address, now)).filter(Boolean).length;
}

describe("an address that fails to show a valid token (P-86)", () => {
  it("may do so 20 times, and then once every 2 s", () => {
    const attempts = new FailedAttempts();
    expect(tooMany(attempts, "1.1.1.1", 20)).toBe(0);
    expect(attempts.failed("1.1.1.1", 1999)).toBe(true);
    expect(attempts.failed("1.1.1.1", 2000)).toBe(false);
    expect(attempts.failed("1.1.1.1", 2001)).toBe(true);
  });

  it("is not blocked for longer if it continues", () => {
    const attempts = new FailedAttempts();
    expect(tooMany(attempts, "1.1.1.1", 10_020)).toBe(10_000);
    expect(attempts.failed("1.1.1.1", 2000)).toBe(false);
  });

  it("does not affect other addresses", () => {
    const attempts = new FailedAttempts();
    tooMany(attempts, "1.1.1.1", 30);
    expect(tooMany(attempts, "2.2.2.2", 20)).toBe(0);
  });

  it("is never limited if it is this machine", () => {
    expect(tooMany(new FailedAttempts(), undefined, 100)).toBe(0);
  });

  it("is forgotten only once its limit has recovered", () => {
    const attempts = new FailedAttempts();
    tooMany(attempts, "1.1.1.1", 20);
    attempts.tick(1000);
    expect(attempts.failed("1.1.1.1", 1000)).toBe(true);
    attempts.tick(41_000);
    expect(tooMany(attempts, "1.1.1.1", 21, 41_000)).toBe(1);
  });

  it("is remembered among 20,000; one more evicts the oldest", () => {
    const attempts = new FailedAttempts();
    tooMany(attempts, "first", 20);
    for (let i = 1; i < 20_000; i++) attempts.failed(`${i}`, 0);
    expect(attempts.failed("first", 0)).toBe(true);
    attempts.failed("one more", 0);
    expect(attempts.failed("first", 0)).toBe(false);
  });
});
