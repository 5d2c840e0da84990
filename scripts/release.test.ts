/** All parts of this checkout have one version, and `pnpm release` makes a release of a copy of it. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { releasedVersions, withRelease } from "./release/changelog.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string, folder = root) => readFileSync(path.join(folder, file), "utf8");
const list = execFileSync("git", ["ls-files", ":(glob)**/package.json"], { cwd: root });
const packages = list.toString().trimEnd().split("\n");
const versionsIn = (folder: string) =>
  packages.map((file) => JSON.parse(read(file, folder)).version);
const { version, scripts } = JSON.parse(read("package.json"));
const changelog = read("CHANGELOG.md");

describe("this checkout", () => {
  it("has one version: that of every package, and the newest one in the changelog", () => {
    expect(packages).toContain("apps/viewer/package.json");
    expect(packages.length).toBeGreaterThanOrEqual(7);
    expect(new Set(versionsIn(root))).toEqual(new Set([version]));
    expect([undefined, version]).toContain(releasedVersions(changelog)[0]);
  });

  it("has a changelog with unreleased entries first, then the versions", () => {
    const headings = changelog.split("\n").filter((line) => /^## /.test(line));
    expect(headings[0]).toBe("## Unreleased");
    expect(headings.length - 1).toBe(releasedVersions(changelog).length);
  });

  it.each([
    ["relay", "main"],
    ["relay", "mint"],
    ["capture", "main"],
    ["replay", "main"],
  ])("%s prints its version with --version (%s)", (app, entry) => {
    // Built before all unit tests, by packages/publish/test/programs.ts.
    const program = path.join(root, `apps/${app}/.artifacts/${entry}.js`);
    const command = [program, "--version"];
    const { stdout, status } = spawnSync(process.execPath, command, { encoding: "utf8" });
    expect(stdout).toBe(`${version}\n`);
    expect(status).toBe(0);
  });
});

describe("pnpm release", () => {
  let copy: string;
  const author = { GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.com" };
  const committer = { GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.com" };
  const env = { ...process.env, ...author, ...committer, GIT_CONFIG_GLOBAL: "/dev/null" };
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: copy, env, encoding: "utf8" }).trimEnd();
  const run = (command: string) =>
    spawnSync(command, { cwd: copy, env, encoding: "utf8", shell: true });
  const release = (step: string) => run(`${scripts.release} ${step}`);
  const notes = (tag: string) => run(`${scripts["release:notes"]} ${tag}`);

  beforeEach(() => {
    copy = mkdtempSync(path.join(tmpdir(), "screen-share-release-"));
    for (const file of [...packages, "scripts", ".gitignore"]) {
      cpSync(path.join(root, file), path.join(copy, file), { recursive: true });
    }
    symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
    // As it is once the present version has been released, and something was added after it.
    const first = changelog.replace(/(## Unreleased\n)[\s\S]*/, "$1\n- Something new.\n");
    const released = withRelease(first, { version, date: "2026-11-22" });
    const text = released.replace("## Unreleased\n", "## Unreleased\n\n- Something newer.\n");
    writeFileSync(path.join(copy, "CHANGELOG.md"), text);
    git("init", "--quiet");
    git("add", ...packages, "CHANGELOG.md", "scripts");
    git("commit", "--quiet", "--message", "Before");
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  function unchanged(): void {
    expect(git("log", "--format=%s")).toBe("Before");
    expect(git("tag")).toBe("");
    expect(versionsIn(copy)).toEqual(versionsIn(root));
  }

  it("commits and tags the next version of every package and of the changelog", () => {
    const { status } = release("patch");
    const next = version.replace(/\d+$/, (patch: string) => String(Number(patch) + 1));
    expect(status).toBe(0);
    expect(new Set(versionsIn(copy))).toEqual(new Set([next]));
    expect(releasedVersions(read("CHANGELOG.md", copy))).toEqual([next, version]);
    expect(git("log", "--format=%s")).toBe(`Release ${next}\nBefore`);
    expect(git("status", "--porcelain", "--untracked-files=no")).toBe("");
    // An annotated tag is an object of its own, and `git push --follow-tags` takes it along.
    expect(git("cat-file", "-t", `v${next}`)).toBe("tag");
    expect(git("rev-parse", `v${next}^{commit}`)).toBe(git("rev-parse", "HEAD"));
    expect(notes(`v${next}`).stdout).toBe("- Something newer.\n");
    expect(release("minor").stderr).toContain("No release: there is nothing under");
  });

  it("accepts the packages' current version as the first release", () => {
    const first = changelog.replace(/(## Unreleased\n)[\s\S]*/, "$1\n- Everything.\n");
    writeFileSync(path.join(copy, "CHANGELOG.md"), first);
    git("commit", "--quiet", "--all", "--message", "First");
    expect(release(version).status).toBe(0);
    expect(releasedVersions(read("CHANGELOG.md", copy))).toEqual([version]);
    expect(git("tag")).toBe(`v${version}`);
  });

  it.each([version, "99.0.0", "v1"])("refuses %s, which is not the next version", (step) => {
    expect(release(step).status).not.toBe(0);
    unchanged();
  });

  it("refuses a package with another version", () => {
    const file = path.join(copy, "apps/relay/package.json");
    writeFileSync(file, read("apps/relay/package.json").replace(version, "0.0.9"));
    git("commit", "--quiet", "--all", "--amend", "--message", "Before");
    const { status, stderr } = release("patch");
    expect(status).toBe(1);
    expect(stderr).toContain(
      `No release: apps/relay/package.json has version 0.0.9 instead of ${version}.\n`,
    );
    expect(git("tag")).toBe("");
  });

  it("refuses while a tracked file has changes", () => {
    writeFileSync(path.join(copy, "CHANGELOG.md"), `${read("CHANGELOG.md", copy)}\n- More.\n`);
    const { status, stderr } = release("patch");
    expect(status).not.toBe(0);
    expect(stderr).toContain("Git working directory not clean");
    unchanged();
  });

  it("has no notes for a tag of another version", () => {
    const { stdout, stderr, status } = notes("v99.0.0");
    expect([stdout, status]).toEqual(["", 1]);
    expect(stderr).toBe(`No release: this is version ${version}, but the tag is v99.0.0.\n`);
  });
});
