/**
 * `pnpm release 0.2.0`: makes the files of this checkout tell of a release; what is to be typed then is printed.
 * `pnpm release --notes v0.2.0`: what the changelog says of it, if that tag is this checkout's version.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { notesOf } from "./release/changelog.ts";
import { Project } from "./release/project.ts";

const USAGE = `Makes a release, which is a tag: packages and changelog take its version, everything else follows from the tag.

Usage: pnpm release 0.2.0           changes every package.json and CHANGELOG.md, and prints what to do next
       pnpm release --notes v0.2.0  prints what the changelog says of the version under this tag`;

/** @returns what to print */
function answer(project: Project, argv: readonly string[]): string {
  const options = { notes: { type: "string" }, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [version] = positionals;
  if (values.notes !== undefined && positionals.length === 0) return notes(project, values.notes);
  if (version === undefined || positionals.length > 1 || values.help) return USAGE;
  project.release({ version, date: new Date().toISOString().slice(0, 10) });
  return `Every package.json and CHANGELOG.md tell of ${version} now. Look at them, and then:

  git commit --all --message "Release ${version}"
  git tag --annotate v${version} --message "Screen Share ${version}"
  git push --follow-tags`;
}

function notes(project: Project, tag: string): string {
  const { version } = project;
  if (tag !== `v${version}`) throw new Error(`this is version ${version}, and not ${tag}`);
  return notesOf(project.changelog, version);
}

try {
  const project = new Project(fileURLToPath(new URL("..", import.meta.url)));
  process.stdout.write(`${answer(project, process.argv.slice(2))}\n`);
} catch (error) {
  process.stderr.write(`No release: ${error instanceof Error ? error.message : error}.\n`);
  process.exitCode = 1;
}
