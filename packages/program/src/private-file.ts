/** Files that contain secrets: only this user may read them, and they are replaced completely or not at all. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

const NAME = "screen-share";

/** Undefined if this user has none, such as that of a service without HOME whose user the system does not list. */
export function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/** Where programs keep data for their user, by the rules of each system (XDG Base Directory on Linux). Undefined without a home folder. */
export function dataFolder(env = process.env, platform = process.platform): string | undefined {
  const home = homeFolder();
  const under = (...names: string[]) => home && path.join(home, ...names);
  switch (platform) {
    case "darwin":
      return under("Library", "Application Support", NAME);
    case "win32":
      return env.LOCALAPPDATA
        ? path.join(env.LOCALAPPDATA, NAME, "Data")
        : under("AppData", "Local", NAME, "Data");
    default:
      // The specification ignores relative paths.
      return env.XDG_DATA_HOME && path.isAbsolute(env.XDG_DATA_HOME)
        ? path.join(env.XDG_DATA_HOME, NAME)
        : under(".local", "share", NAME);
  }
}

/** The path of a file of this name, such as `~/.local/share/screen-share/…`. Undefined if this user has no home folder. */
export function privatePath(...names: readonly string[]): string | undefined {
  const folder = dataFolder();
  return folder && path.join(folder, ...names);
}

/** Reads a private file, and closes it to other users. @returns undefined if there is none. @throws Error if it cannot be read */
export function readPrivate(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const text = fs.readFileSync(file, "utf8");
    // Only if necessary, since even that fails on a file system that is mounted read-only.
    if ((fs.statSync(file).mode & 0o077) !== 0) fs.chmodSync(file, 0o600);
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
    fs.writeFileSync(fresh, text, { mode: 0o600, flag: "wx" });
    fs.renameSync(fresh, file);
  } catch (error) {
    fs.rmSync(fresh, { force: true });
    throw error;
  }
}

/** Node's own recursive `mkdir` never ends if a folder exists in which nothing can be created, such as /proc. */
function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process has created it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
