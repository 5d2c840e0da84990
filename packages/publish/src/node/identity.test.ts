import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { IdentityFile, identityPath } from "./identity.ts";

let file: string;
let complaints: string[];
beforeEach(() => {
  file = path.join(mkdtempSync(path.join(tmpdir(), "identity-")), "agents", "one.json");
  complaints = [];
});

const open = () => new IdentityFile(file, (message) => complaints.push(message));
const mode = (name: string) => statSync(name).mode & 0o777;

describe("the agent's identity", () => {
  it("is 128 random bits, and the same after a restart (P-6)", () => {
    const { producerId, generation } = open().read();
    expect(producerId).toMatch(/^[0-9a-f]{32}$/);
    expect(generation).not.toBe(producerId);
    expect(open().read()).toEqual({ producerId, generation });
    expect(complaints).toEqual([]);
  });

  it("can be read by its user alone, even if the file was open to others", () => {
    open().read();
    expect(mode(file)).toBe(0o600);
    expect(mode(path.dirname(file))).toBe(0o700);
    chmodSync(file, 0o644);
    open().read();
    expect(mode(file)).toBe(0o600);
  });

  it("revokes its links for itself and for a running process, and keeps its own identity", () => {
    const running = open();
    const before = running.read();
    const after = open().endLinks();
    expect(after.producerId).toBe(before.producerId);
    expect(after.generation).not.toBe(before.generation);
    expect(running.read()).toEqual(after);
    expect(readdirSync(path.dirname(file))).toEqual(["one.json"]);
    running.restore(before);
    expect(open().read()).toEqual(before);
  });

  it.each(["", "{", "null", '{"producerId":"x","generation":"y"}', "\0\0\0"])(
    "is made anew if the file holds %j",
    (content) => {
      mkdirSync(path.dirname(file));
      writeFileSync(file, content);
      const identity = open().read();
      expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(identity);
    },
  );

  it("lasts as long as the process if nothing can be stored, which is reported once", () => {
    mkdirSync(file, { recursive: true });
    const identity = open();
    const first = identity.read();
    expect(identity.read()).toEqual(first);
    expect(complaints).toHaveLength(1);
    expect(identity.endLinks().generation).not.toBe(first.generation);
    expect(identity.read().generation).not.toBe(first.generation);
  });

  it("revokes links at least for this process if the file cannot be replaced", () => {
    // The name of the file that is written first would be too long.
    const readOnly = path.join(path.dirname(file), "x".repeat(250));
    mkdirSync(path.dirname(file));
    writeFileSync(readOnly, JSON.stringify(open().read()));
    const identity = new IdentityFile(readOnly, (message) => complaints.push(message));
    const before = identity.read();
    const { generation } = identity.endLinks();
    expect(generation).not.toBe(before.generation);
    expect(identity.read().generation).toBe(generation);
    expect(complaints).toHaveLength(1);
  });

  it("is different for each relay and room", () => {
    const paths = ["ws://a/ws/producer", "ws://b/ws/producer"].flatMap((server) =>
      ["main", "demo"].map((room) => identityPath({ server, room })),
    );
    expect(new Set(paths).size).toBe(4);
  });
});
