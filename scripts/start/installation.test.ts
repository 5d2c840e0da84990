import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, it, vi } from "vitest";
import { ensureInstalled } from "./installation.mjs";

const OWN_ROOT = fileURLToPath(new URL("../..", import.meta.url));

let root: string;
let commands: string[];
let status: number;
const spawn = ((command: string, args: readonly string[]) => {
  commands.push([command, ...args].join(" "));
  return { status };
}) as unknown as Parameters<typeof ensureInstalled>[1];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "checkout-"));
  writeFileSync(path.join(root, "pnpm-lock.yaml"), "the lockfile");
  writeFileSync(path.join(root, "package.json"), '{ "packageManager": "pnpm@10.0.1" }');
  commands = [];
  status = 0;
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

function installed(lockfile: string): void {
  mkdirSync(path.join(root, "node_modules/.pnpm"), { recursive: true });
  writeFileSync(path.join(root, "node_modules/.pnpm/lock.yaml"), lockfile);
}

it("an installed checkout is left alone", () => {
  installed("the lockfile");
  expect(ensureInstalled(root, spawn)).toBeUndefined();
  expect(ensureInstalled(OWN_ROOT, spawn)).toBeUndefined();
  expect(commands).toEqual([]);
});

it("a fresh checkout is installed once, by the pnpm in its package.json", () => {
  mkdirSync(path.join(root, "node_modules"));
  expect(ensureInstalled(root, spawn)).toBeUndefined();
  expect(ensureInstalled(root, spawn)).toBeUndefined();
  expect(commands).toEqual([
    expect.stringMatching(/^npx\S* --yes pnpm@10\.0\.1 install --frozen-lockfile$/),
  ]);
});

it("changed packages are installed after an update", () => {
  installed("the lockfile before");
  expect(ensureInstalled(root, spawn)).toBeUndefined();
  expect(commands).toHaveLength(1);
});

it("a failed installation is reported in one sentence, and tried again the next time", () => {
  status = 1;
  const problem = /^The packages could not be installed.*nothing was started: .*\.$/;
  expect(ensureInstalled(root, spawn)).toMatch(problem);
  expect(ensureInstalled(root, spawn)).toMatch(problem);
  expect(commands).toHaveLength(2);
});

it("the pnpm in node_modules has the version in package.json", () => {
  const { packageManager, devDependencies } = JSON.parse(
    readFileSync(path.join(OWN_ROOT, "package.json"), "utf8"),
  );
  expect(`pnpm@${devDependencies.pnpm}`).toBe(packageManager);
});
