/** The file that a recording goes to: made anew, and for nobody but this user, since it holds what was on the screen. */
import { open } from "node:fs/promises";
import path from "node:path";
import type { RecordingFile } from "./recorder.ts";

/** @returns a sentence that says why there is no such file, if it cannot be made */
export async function createRecordingFile(
  typed: string,
): Promise<RecordingFile | { readonly problem: string }> {
  const name = path.resolve(typed);
  try {
    const handle = await open(name, "wx", 0o600);
    return {
      name,
      append: (bytes) => handle.appendFile(bytes).catch(rethrown),
      close: () => handle.close().catch(rethrown),
    };
  } catch (error) {
    return { problem: `Nothing can be recorded to ${name}: ${inPlainWords(error)}.` };
  }
}

const MEANINGS: Readonly<Record<string, string>> = {
  EEXIST: "it exists already, and a recording never takes the place of another file",
  ENOENT: "there is no such folder",
  ENOTDIR: "there is no such folder",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "nothing can be written there",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "no more space is allowed to this user",
  EFBIG: "the disk takes no longer files",
  EIO: "the disk does not work",
};

function inPlainWords(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return MEANINGS[code] ?? (error instanceof Error ? error.message : String(error));
}

function rethrown(error: unknown): never {
  throw new Error(inPlainWords(error), { cause: error });
}
