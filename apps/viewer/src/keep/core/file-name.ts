/** The names of saved files, such as "screen-share main 2026-11-22 13.45.20.png", without characters that a file system forbids. Pure. */

/** @param when in local time */
export function fileName(room: string | undefined, when: Date, extension: string): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [when.getFullYear(), two(when.getMonth() + 1), two(when.getDate())].join("-");
  const time = [when.getHours(), when.getMinutes(), when.getSeconds()].map(two).join(".");
  return ["screen-share", ...(room ? [room] : []), day, time].join(" ").concat(".", extension);
}
