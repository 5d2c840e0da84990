import { describe, expect, it } from "vitest";
import { MemoryDirectory } from "./directory.ts";

const taken = expect.objectContaining({ closeCode: 4000 });

describe("the place of a room's producer (P-5)", () => {
  it("belongs to one agent until it is released", () => {
    const directory = new MemoryDirectory();
    const claim = directory.claim("main", "one");
    expect(() => directory.claim("main", "two")).toThrow(taken);
    expect(() => directory.claim("main", undefined)).toThrow(taken);
    directory.claim("another", "two");
    claim.release();
    directory.claim("main", "two");
  });

  it("passes to a newer connection of the same agent, after which the older one releases nothing", () => {
    const directory = new MemoryDirectory();
    const older = directory.claim("main", "one");
    const newer = directory.claim("main", "one");
    older.release();
    expect(() => directory.claim("main", "two")).toThrow(taken);
    newer.release();
    directory.claim("main", "two");
  });

  it("never passes from one plain producer to another", () => {
    const directory = new MemoryDirectory();
    directory.claim("main", undefined).release();
    directory.claim("main", undefined);
    expect(() => directory.claim("main", undefined)).toThrow(taken);
  });
});
