import type { Role } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { LOBBY_LIMITS, Lobby, type Waiting } from "./lobby.ts";

/** A lobby, and who comes to it. */
function lobbyOf(role: Role) {
  const lobby = new Lobby();
  const evicted: string[] = [];
  const enter = (name: string, address?: string) => {
    const waiting: Waiting = { role, address, evict: () => evicted.push(name) };
    return { waiting, entered: lobby.enter(waiting) };
  };
  return { lobby, evicted, enter };
}

describe("producers that have not said hello (P-7)", () => {
  it("are at most 2 of one address; a third is turned away and those who wait stay", () => {
    const { lobby, evicted, enter } = lobbyOf("producer");
    const { waiting } = enter("a", "1.1.1.1");
    expect(enter("b", "1.1.1.1").entered).toBe(true);
    expect(enter("c", "1.1.1.1").entered).toBe(false);
    expect(enter("d", "2.2.2.2").entered).toBe(true);
    lobby.leave(waiting);
    expect(enter("e", "1.1.1.1").entered).toBe(true);
    expect(evicted).toEqual([]);
  });

  it("are at most 32 in all, those who are not counted by address included", () => {
    const { enter } = lobbyOf("producer");
    for (let i = 0; i < 16; i++) enter(`near ${i}`);
    for (let i = 0; i < 16; i++) expect(enter(`far ${i}`, `1.1.1.${i}`).entered).toBe(true);
    expect(enter("one more", "9.9.9.9").entered).toBe(false);
    expect(enter("one more").entered).toBe(false);
  });

  it("who were turned away take no place, and may leave all the same", () => {
    const { lobby, enter } = lobbyOf("producer");
    enter("a", "1.1.1.1");
    enter("b", "1.1.1.1");
    const { waiting } = enter("c", "1.1.1.1");
    lobby.leave(waiting);
    expect(enter("d", "1.1.1.1").entered).toBe(false);
  });
});

describe("viewers that have not said hello (P-7)", () => {
  it("are at most 100 of one address: the one that has waited longest goes for the next", () => {
    const { evicted, enter } = lobbyOf("viewer");
    for (let i = 0; i < 100; i++) enter(`${i}`, "1.1.1.1");
    enter("another's", "2.2.2.2");
    expect(evicted).toEqual([]);
    expect(enter("100", "1.1.1.1").entered).toBe(true);
    expect(enter("101", "1.1.1.1").entered).toBe(true);
    expect(evicted).toEqual(["0", "1"]);
  });

  it("are at most 5000 in all, and nobody is kept out", () => {
    const { evicted, enter } = lobbyOf("viewer");
    enter("first", "1.1.1.1");
    for (let i = 1; i < LOBBY_LIMITS.viewer.total; i++) enter(`${i}`);
    expect(evicted).toEqual([]);
    expect(enter("late", "1.1.1.1").entered).toBe(true);
    expect(evicted).toEqual(["first"]);
  });

  it("who have left are not evicted, and leave no trace of their address", () => {
    const { lobby, evicted, enter } = lobbyOf("viewer");
    const { waiting } = enter("gone", "1.1.1.1");
    lobby.leave(waiting);
    lobby.leave(waiting);
    for (let i = 0; i < 100; i++) enter(`${i}`, "1.1.1.1");
    expect(evicted).toEqual([]);
  });

  it("and producers are counted apart", () => {
    const lobby = new Lobby();
    const waiting = (role: Role): Waiting => ({ role, address: "1.1.1.1", evict: () => {} });
    for (let i = 0; i < 100; i++) lobby.enter(waiting("viewer"));
    expect(lobby.enter(waiting("producer"))).toBe(true);
  });
});
