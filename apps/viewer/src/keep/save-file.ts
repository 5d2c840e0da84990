/** Saves data as a file in the browser's folder for downloads. */

/** The browser reads the data some time after the click. */
const READ_WITHIN_MS = 60_000;

export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_WITHIN_MS);
}
