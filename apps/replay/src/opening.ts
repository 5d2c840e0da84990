/** Whether a file can be played: checked before anything is shared. */
import { statSync } from "node:fs";
import { RecordedPicture, type RecordingEnd, RecordingReader } from "@screen-share/publish";
import { endInWords } from "./summary.ts";

const MEANINGS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
};

/** Why a file cannot be read, in plain words. @param error from Node.js */
export function readErrorInWords(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return MEANINGS[code] ?? message;
}

/** Why it is not a file that can be read more than once, such as a pipe. In plain words; undefined if it is one. */
export function fileProblem(file: string): string | undefined {
  try {
    const found = statSync(file);
    if (found.isDirectory()) return MEANINGS.EISDIR;
    return found.isFile() ? undefined : "it is no regular file";
  } catch (error) {
    return readErrorInWords(error);
  }
}

/** Reads up to the first whole picture. @returns in plain words why there is none */
export async function openingProblem(
  open: () => AsyncIterable<Uint8Array>,
): Promise<string | undefined> {
  try {
    const end = await endBeforePicture(open());
    return end && (endInWords(end) ?? "it holds no picture");
  } catch (error) {
    return readErrorInWords(error);
  }
}

async function endBeforePicture(
  chunks: AsyncIterable<Uint8Array>,
): Promise<RecordingEnd | undefined> {
  const picture = new RecordedPicture();
  const reader = new RecordingReader(chunks);
  for await (const record of reader.records()) {
    const end = picture.take(record);
    if (end) return end;
    if (picture.shown) return undefined;
  }
  return reader.end;
}
