/** What is set around the process. The only file that reads `process.env`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import dotenv from "dotenv";

/** From `dist/` and from `src/` alike, this is the repository's root. */
const ROOT_ENV_FILE = fileURLToPath(new URL("../../../.env", import.meta.url));

export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment, and behind it the `.env` at the repository's root, or else in this directory. */
export function readEnvironment(files: readonly string[] = [ROOT_ENV_FILE, ".env"]): Environment {
  const contents = files.map(contentOf).find((content) => content !== undefined);
  const own = Object.entries(process.env).filter(([, value]) => given(value) !== undefined);
  return { ...dotenv.parse(contents ?? ""), ...Object.fromEntries(own) };
}

/** A variable that is set to nothing counts as unset. */
export function given(value: string | undefined): string | undefined {
  return value?.trim() || undefined;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
