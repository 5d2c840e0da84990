/**
 * Installs the packages if they are missing or differ from the lockfile. Otherwise it sends no request to any registry. It uses the
 * syntax of the first versions of Node with modules, because it runs before the version of Node is checked.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {string} root the project's folder
 * @param {typeof spawnSync} spawn
 * @returns {string | undefined} why the packages could not be installed, in one sentence
 */
export function ensureInstalled(root, spawn = spawnSync) {
  const wanted = contentOf(join(root, "pnpm-lock.yaml"));
  // The first is pnpm's own record of the installation. The second is ours, because not all versions of pnpm copy the lockfile exactly.
  const stamp = join(root, "node_modules", ".screen-share-lock.yaml");
  const records = [join(root, "node_modules", ".pnpm", "lock.yaml"), stamp];
  if (records.some((file) => contentOf(file) === wanted)) return undefined;
  process.stderr.write("Installing packages. The first time this takes about half a minute.\n");
  if (!install(root, spawn)) {
    const old = existsSync(join(root, "node_modules", "tsx"));
    return `The packages could not be installed${old ? " after the update" : ""}, so nothing was started: connect to the internet and run the same command again.`;
  }
  writeFileSync(stamp, wanted);
  return undefined;
}

function install(root, spawn) {
  const { packageManager } = JSON.parse(contentOf(join(root, "package.json")));
  const args = ["--yes", packageManager, "install", "--frozen-lockfile"];
  const npx = process.platform === "win32" ? "npx.cmd" : "npx";
  const { status } = spawn(npx, args, {
    cwd: root,
    // Its progress goes to stderr.
    stdio: ["ignore", process.stderr.fd, process.stderr.fd],
    shell: process.platform === "win32",
  });
  return status === 0;
}

/** @param {string} folder */
export function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function contentOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
