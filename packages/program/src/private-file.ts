/** Files that contain secrets: only this user may read them, and they are replaced completely or not at all. */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { dataFolder } from "./data-folder.ts";

/** The path of a file of this name, such as `~/.local/share/screen-share/…`. Undefined if this user has no home folder. */
export function privatePath(...names: readonly string[]): string | undefined {
  const folder = dataFolder();
  return folder && path.join(folder, ...names);
}

/**
 * Reads a private file. If other users could read it, they no longer can afterwards.
 * @returns undefined if there is none
 * @throws Error if it cannot be read
 */
export function readPrivate(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, "utf8");
    // Only if necessary, since even that fails on a file system that is mounted read-only.
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** @throws Error if it cannot be written */
export function writePrivate(file: string | undefined, text: string): void {
  if (file === undefined) throw new Error("this user has no home folder");
  makeFolder(path.dirname(file));
  const fresh = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: "wx" });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** Node's own recursive `mkdir` never ends if a folder exists in which nothing can be created, such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process has created it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
