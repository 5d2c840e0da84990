/** One version, told by every part of this checkout; and a release made of a copy of it. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { releasedVersions, withRelease } from "./release/changelog.ts";
import { Project } from "./release/project.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const project = new Project(root);
const versionFiles = [...project.versions().keys()];

function run(script: string, args: readonly string[], cwd = root) {
  const command = ["--import", "tsx", path.join(cwd, script), ...args];
  return spawnSync(process.execPath, command, { cwd, encoding: "utf8" });
}

describe("this checkout", () => {
  it("has one version: every package's, and the changelog's newest", () => {
    expect(versionFiles).toContain("apps/viewer/package.json");
    expect(versionFiles.length).toBeGreaterThanOrEqual(7);
    expect(project.problems()).toEqual([]);
  });

  it("has a changelog of which a release can be made: what is unreleased, then versions", () => {
    const headings = project.changelog.split("\n").filter((line) => /^## /.test(line));
    expect(headings[0]).toBe("## Unreleased");
    expect(headings.length - 1).toBe(releasedVersions(project.changelog).length);
  });

  it.each(["apps/relay/src/main.ts", "apps/relay/src/mint.ts", "apps/capture/src/main.ts"])(
    "%s tells its version when asked",
    (command) => {
      const { stdout, status } = run(command, ["--version"]);
      expect(stdout).toBe(`${project.version}\n`);
      expect(status).toBe(0);
    },
  );
});

describe("pnpm release", () => {
  let copy: string;
  const release = (...args: readonly string[]) => run("scripts/release.ts", args, copy);
  const text = (file: string) => readFileSync(path.join(copy, file), "utf8");

  beforeEach(() => {
    copy = mkdtempSync(path.join(tmpdir(), "screen-share-release-"));
    for (const file of [...versionFiles, "pnpm-workspace.yaml", "CHANGELOG.md", "scripts"]) {
      mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
      cpSync(path.join(root, file), path.join(copy, file), { recursive: true });
    }
    symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  /** The copy as it is once its present version is out, with something new since. */
  function released(): void {
    const unreleased = project.changelog.replace(
      /(## Unreleased\n)[\s\S]*/,
      "$1\n- Something new.\n",
    );
    const date = "2026-11-22";
    const before = withRelease(unreleased, { version: project.version, date });
    const text = before.replace("## Unreleased\n", "## Unreleased\n\n- Something newer.\n");
    writeFileSync(path.join(copy, "CHANGELOG.md"), text);
  }

  it("brings every package and the changelog to the version, and says how to go on", () => {
    released();
    const version = project.version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
    const { stdout, status } = release(version);
    expect(status).toBe(0);
    expect(stdout).toContain(`git tag --annotate v${version}`);
    expect(versionFiles.map((file) => JSON.parse(text(file)).version)).toEqual(
      versionFiles.map(() => version),
    );
    expect(new Project(copy).problems()).toEqual([]);
    expect(release("--notes", `v${version}`).stdout).toBe("- Something newer.\n");
  });

  it("refuses a version that is not the next, and then changes nothing", () => {
    released();
    const before = text("CHANGELOG.md");
    for (const version of [project.version, "99.0.0", "v1", ""]) {
      const { stderr, status } = release(version);
      expect(stderr).toMatch(/^No release: the next version can be /);
      expect(status).toBe(1);
    }
    expect(text("CHANGELOG.md")).toBe(before);
    expect(new Project(copy).versions()).toEqual(project.versions());
  });

  it("has no notes for a tag that is not this version's", () => {
    released();
    const { stdout, stderr, status } = release("--notes", "v99.0.0");
    expect([stdout, status]).toEqual(["", 1]);
    expect(stderr).toBe(`No release: this is version ${project.version}, and not v99.0.0.\n`);
  });
});
