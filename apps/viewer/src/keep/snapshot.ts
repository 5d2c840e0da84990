/** Saves or copies the current picture. */
import { loadPart, MissingPart } from "../ui/load-part.ts";
import { isReadable, NOISE } from "./canvas-readback.ts";
import { copyPng } from "./clipboard.ts";
import { fileName } from "./core/recording.ts";
import type { PictureHandle } from "./mirror.ts";
import { download } from "./save-file.ts";

/** @returns the message for the user */
export async function saveSnapshot(
  handle: PictureHandle,
  room: string | undefined,
): Promise<string> {
  try {
    if (isReadable(document)) {
      download(await handle.snapshotPng(), fileName(room, new Date(), "png"));
      return "Snapshot saved.";
    }
    // This browser's canvas returns noise, so the file is made of the tiles as they were received.
    const { composeJpeg } = await loadPart(() => import("./compose-jpeg.ts"));
    const jpeg = new Blob([composeJpeg(await handle.encoded())], { type: "image/jpeg" });
    download(jpeg, fileName(room, new Date(), "jpg"));
    return "Snapshot saved as a JPEG.";
  } catch (error) {
    return error instanceof MissingPart ? error.message : "The snapshot could not be saved.";
  }
}

/** @returns the message for the user */
export async function copyPicture(handle: PictureHandle): Promise<string> {
  if (!isReadable(document)) return `${NOISE} Save a snapshot instead.`;
  return (await copyPng(handle.snapshotPng()))
    ? "Picture copied."
    : "The browser did not allow the picture to be copied.";
}
