/** Files with secrets in them: nobody but this user may read them, and they are replaced whole or not at all. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import envPaths from "env-paths";

/** Where a file of this name is kept for this user, such as `~/.local/share/screen-share/…`. */
export function privatePath(...names: readonly string[]): string {
  return path.join(envPaths("screen-share", { suffix: "" }).data, ...names);
}

/**
 * What a private file holds; one that others could read is closed to them.
 * @returns undefined if there is none
 * @throws Error if it cannot be read
 */
export function readPrivate(file: string): string | undefined {
  try {
    const text = readFileSync(file, "utf8");
    chmodSync(file, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** @throws Error if it cannot be written */
export function writePrivate(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: "wx" });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
