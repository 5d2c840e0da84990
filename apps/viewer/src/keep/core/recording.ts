/** The names of saved files, and the format, size and elapsed time of a recording. Pure. */
import type { Size } from "@screen-share/protocol";

/** The limit of a recording in memory, where no file can be written directly. At the limit it ends and is saved. */
export const MAX_BYTES_IN_MEMORY = 512 * 1024 ** 2;

/** The best format for text first, that of Safari last. */
const FORMATS = [
  { type: "video/webm;codecs=vp9", extension: "webm" },
  { type: "video/webm;codecs=vp8", extension: "webm" },
  { type: "video/mp4;codecs=avc1.640028", extension: "mp4" },
  { type: "video/mp4", extension: "mp4" },
] as const;
export type Format = (typeof FORMATS)[number];

export function formatOf(canMake: (type: string) => boolean): Format | undefined {
  return FORMATS.find(({ type }) => canMake(type));
}

/** Enough to keep scrolling text readable. A static picture needs a fraction of it. */
export function bitsPerSecond({ width, height }: Size): number {
  return Math.min(16e6, Math.max(2e6, width * height * 3));
}

/** Even sides, which every encoder accepts. */
export function recordedSize({ width, height }: Size): Size {
  return { width: width + (width % 2), height: height + (height % 2) };
}

/** Fits a picture into a canvas of another size: centred, as large as possible, in whole px. */
export function contained(
  picture: Size,
  room: Size,
): Size & { readonly left: number; readonly top: number } {
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  // A picture with an odd side is not stretched by one px to fill the even size.
  const close = scale >= 1 && scale < 1.01;
  const width = close ? picture.width : Math.round(picture.width * scale);
  const height = close ? picture.height : Math.round(picture.height * scale);
  return {
    width,
    height,
    left: Math.floor((room.width - width) / 2),
    top: Math.floor((room.height - height) / 2),
  };
}

const two = (number: number) => String(number).padStart(2, "0");

/** Such as "screen-share main 2026-11-22 13.45.20.png", without characters that a file system forbids. @param when in local time */
export function fileName(room: string | undefined, when: Date, extension: string): string {
  const day = [when.getFullYear(), two(when.getMonth() + 1), two(when.getDate())].join("-");
  const time = [when.getHours(), when.getMinutes(), when.getSeconds()].map(two).join(".");
  return ["screen-share", ...(room ? [room] : []), day, time].join(" ").concat(".", extension);
}

/** "0:07", "12:34", "1:02:03". */
export function elapsedWords(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
