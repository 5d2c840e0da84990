/** Saves what the page has made as a file. */

/** The browser reads it some time after the click. */
const READ_WITHIN_MS = 60_000;

/** As a download, wherever the browser puts those. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_WITHIN_MS);
}
