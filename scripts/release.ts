/** The steps of `npm version`: `check` comes before anything changes, `write` before the commit. `notes TAG` prints a version's entries. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { notesOf, releasedVersions, withRelease } from "./release/changelog.ts";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const read = (file: string) => readFileSync(file, "utf8");
const git = (...args: readonly string[]) => execFileSync("git", args, { encoding: "utf8" });

const CHANGELOG = "CHANGELOG.md";
/** At the top level of a package.json. */
const VERSION = /^( {2}"version": )"([^"]*)"/m;
const versionIn = (packageJson: string) => VERSION.exec(packageJson)?.[2];

/** The version before and after, from npm. */
const { npm_old_version: current = "", npm_new_version: version = "" } = process.env;

function packageFiles(): readonly string[] {
  return git("ls-files", ":(glob)**/package.json").trimEnd().split("\n");
}

/** The changelog of the new version. @throws Error in plain words if there can be no such release */
function nextChangelog(): string {
  const [released] = releasedVersions(read(CHANGELOG));
  const [major = 0, minor = 0, patch = 0] = (released ?? "").split(".").map(Number);
  // A patch, minor or major version (semver.org). The first release is the version that the packages have already.
  const next = released
    ? [`${major}.${minor}.${patch + 1}`, `${major}.${minor + 1}.0`, `${major + 1}.0.0`]
    : [current];
  if (!next.includes(version)) {
    throw new Error(`the next version can be ${next.join(" or ")}, but not ${version}`);
  }
  const date = new Date().toISOString().slice(0, 10);
  return withRelease(read(CHANGELOG), { version, date });
}

function check(): void {
  const expected = releasedVersions(read(CHANGELOG))[0] ?? current;
  for (const file of packageFiles()) {
    const found = versionIn(read(file));
    if (found !== expected) throw new Error(`${file} has version ${found} instead of ${expected}`);
  }
  nextChangelog();
}

function write(): void {
  writeFileSync(CHANGELOG, nextChangelog());
  for (const file of packageFiles()) {
    writeFileSync(file, read(file).replace(VERSION, `$1"${version}"`));
  }
  git("add", CHANGELOG, ...packageFiles());
}

function notes(tag: string): void {
  const found = versionIn(read("package.json"));
  if (tag !== `v${found}`) throw new Error(`this is version ${found}, but the tag is ${tag}`);
  process.stdout.write(`${notesOf(read(CHANGELOG), tag.slice(1))}\n`);
}

const [step, tag = ""] = process.argv.slice(2);
try {
  if (step === "check") check();
  else if (step === "write") write();
  else notes(tag);
} catch (error) {
  process.stderr.write(`No release: ${error instanceof Error ? error.message : error}.\n`);
  process.exitCode = 1;
}
