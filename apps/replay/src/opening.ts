/** Whether there is anything to play in a file: known before anybody is told that something is shared. */
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

/** Why a file cannot be read, in plain words. @param error as Node.js tells it */
export function readErrorInWords(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return MEANINGS[code] ?? message;
}

/** Why it is no file that can be read again and again, as a pipe cannot; in plain words. */
export function fileProblem(file: string): string | undefined {
  try {
    const found = statSync(file);
    if (found.isDirectory()) return MEANINGS.EISDIR;
    return found.isFile() ? undefined : "it is no regular file";
  } catch (error) {
    return readErrorInWords(error);
  }
}

/** Reads up to the first whole picture. @returns why there is none, in plain words */
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
    const misfit = picture.take(record);
    if (misfit) return { kind: "damaged", offset: record.offset, reason: misfit.message };
    if (picture.shown) return undefined;
  }
  return reader.end;
}
