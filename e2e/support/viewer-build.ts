/** Builds the viewer as a host would, in a copy of the tree, so that the build that other tests use stays as it is. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** On the same file system as the packages, which are linked rather than copied. */
const ARTIFACTS = path.join(ROOT, ".artifacts");
const FILES = [
  "package.json",
  "pnpm-workspace.yaml",
  "pnpm-lock.yaml",
  "tsconfig.base.json",
  "scripts/untracked.mjs",
];
const FOLDERS = ["apps/viewer", "packages/protocol"];
const MADE: readonly string[] = ["out", ".next", ".turbo"];

export type ViewerBuild = ReturnType<typeof buildViewer>;

/** Runs the build command of `vercel.json`. @throws Error with the output of the build */
export function buildViewer(env: Readonly<Record<string, string>>) {
  const { buildCommand, outputDirectory } = JSON.parse(
    readFileSync(path.join(ROOT, "vercel.json"), "utf8"),
  );
  mkdirSync(ARTIFACTS, { recursive: true });
  const copy = mkdtempSync(path.join(ARTIFACTS, "viewer-"));
  const remove = () => rmSync(copy, { recursive: true });
  copyTree(copy);
  const { PATH, HOME } = process.env;
  const { status, stdout, stderr } = spawnSync("sh", ["-c", buildCommand], {
    cwd: copy,
    // The copy has the original's packages, so pnpm must not check them.
    env: {
      PATH,
      HOME,
      NEXT_TELEMETRY_DISABLED: "1",
      npm_config_verify_deps_before_run: "false",
      ...env,
    },
    encoding: "utf8",
  });
  if (status === 0) return { folder: path.join(copy, outputDirectory), remove };
  remove();
  throw new Error(`the viewer was not built:\n${stdout}${stderr}`);
}

function copyTree(copy: string): void {
  for (const name of [...FILES, ...FOLDERS]) {
    cpSync(path.join(ROOT, name), path.join(copy, name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !MADE.includes(path.basename(source)),
    });
  }
  const { status, stderr } = spawnSync("cp", ["-al", path.join(ROOT, "node_modules"), copy], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the packages could not be linked: ${stderr}`);
}
