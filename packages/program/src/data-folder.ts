/** Where programs keep data for their user: by the XDG Base Directory Specification on Linux, and by each system's own rules elsewhere. */
import { homedir } from "node:os";
import path from "node:path";

const NAME = "screen-share";

/**
 * Such as `~/.local/share/screen-share`. Undefined if this user has no home folder, such as a service without HOME whose user is not in
 * the system's list of users.
 */
export function dataFolder(env = process.env, platform = process.platform): string | undefined {
  const home = homeFolder();
  const under = (...names: string[]) => home && path.join(home, ...names, NAME);
  switch (platform) {
    case "darwin":
      return under("Library", "Application Support");
    case "win32":
      return env.LOCALAPPDATA
        ? path.join(env.LOCALAPPDATA, NAME, "Data")
        : home && path.join(home, "AppData", "Local", NAME, "Data");
    default:
      // The specification ignores relative paths.
      return env.XDG_DATA_HOME && path.isAbsolute(env.XDG_DATA_HOME)
        ? path.join(env.XDG_DATA_HOME, NAME)
        : under(".local", "share");
  }
}

/** This user's home folder. Undefined if there is none, in which case Node's own function throws. */
export function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
