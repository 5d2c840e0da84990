/** What a recording is made of, and how its length is told. Pure. */
import type { Size } from "@screen-share/protocol";

/** What is kept in memory at most, where no file can be written as it comes. Then the recording ends, and is saved. */
export const MAX_BYTES_IN_MEMORY = 512 * 1024 ** 2;

/** Best for text first; the last is Safari's. */
const FORMATS = [
  { type: "video/webm;codecs=vp9", extension: "webm" },
  { type: "video/webm;codecs=vp8", extension: "webm" },
  { type: "video/mp4;codecs=avc1.640028", extension: "mp4" },
  { type: "video/mp4", extension: "mp4" },
] as const;
export type Format = (typeof FORMATS)[number];

/** The first that the browser can make. */
export function formatOf(canMake: (type: string) => boolean): Format | undefined {
  return FORMATS.find(({ type }) => canMake(type));
}

/** Enough for text to be read while it scrolls; still pictures take a fraction of it. */
export function bitsPerSecond({ width, height }: Size): number {
  return Math.min(16e6, Math.max(2e6, width * height * 3));
}

/** Sides that every encoder takes: even ones. */
export function recordedSize({ width, height }: Size): Size {
  return { width: width + (width % 2), height: height + (height % 2) };
}

/** Where a picture goes on a canvas of another size: as large as it fits, in the middle, whole px. */
export function contained(
  picture: Size,
  room: Size,
): Size & { readonly left: number; readonly top: number } {
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  // A picture an odd px smaller than its even room is not to be stretched for that.
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

/** "0:07", "12:34", "1:02:03". */
export function elapsedWords(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
