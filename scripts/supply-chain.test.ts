/** What we install is what was looked at: exact, from the registry alone, and without a say of its own during installation. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

describe("the lockfile", () => {
  const lockfile = read("pnpm-lock.yaml");
  const resolutions = [...lockfile.matchAll(/^ {4}resolution: (.*)$/gm)].map(([, text]) => text);

  it("pins every package by the hash of its content, and names no other source", () => {
    expect(resolutions.length).toBeGreaterThan(100);
    for (const resolution of resolutions) {
      expect(resolution).toMatch(/^\{integrity: sha512-[A-Za-z0-9+/=]{88}\}$/);
    }
    expect(lockfile).not.toMatch(/https?:|git\+|\bgit@|tarball:|registry\./);
  });
});

describe("installation", () => {
  const settings = read("pnpm-workspace.yaml");

  it("runs no script of any dependency", () => {
    expect(settings).toMatch(/^strictDepBuilds: true$/m);
    const allowed = /^allowBuilds:\n((?: {2}.*\n)+)/m.exec(settings)?.[1] ?? "";
    const answers = allowed.split("\n").filter(Boolean);
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) expect(answer).toMatch(/^ {2}\S+: false\b/);
    expect(settings).not.toMatch(/onlyBuiltDependencies|dangerouslyAllowAllBuilds/);
  });

  it("overrides no registry", () => {
    const files = readdirSync(root);
    expect(files).not.toContain(".npmrc");
    expect(settings).not.toMatch(/registry/i);
  });
});

describe("uWebSockets.js", () => {
  const folder = path.join(root, "apps/relay/node_modules/uWebSockets.js");
  const known = new Map(
    read("apps/relay/uws-binaries.sha256")
      .trimEnd()
      .split("\n")
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );

  it("has the binaries that were recorded, to the byte, and no others", () => {
    const binaries = readdirSync(folder).filter((name) => name.endsWith(".node"));
    expect(binaries.sort()).toEqual([...known.keys()].sort());
    for (const name of binaries) {
      const hash = createHash("sha256").update(readFileSync(path.join(folder, name)));
      expect(`${name} ${hash.digest("hex")}`).toBe(`${name} ${known.get(name)}`);
    }
  });

  it("is required at an exact version", () => {
    const { dependencies } = JSON.parse(read("apps/relay/package.json"));
    // Each of its binaries is a package of its own, so the lockfile pins them to the byte.
    expect(dependencies["@uwsjs/core"]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(dependencies["uWebSockets.js"]).toMatch(/^npm:uwebsockets@\d+\.\d+\.\d+$/);
  });
});
