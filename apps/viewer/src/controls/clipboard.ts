/** The clipboard, which pages have only over https or on their own machine. */

/** Whether pictures can be put there. */
export function canCopyPictures(): boolean {
  return "clipboard" in navigator && typeof ClipboardItem !== "undefined";
}

/** @returns whether it is there now */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Also where there is no clipboard at all.
    return false;
  }
}

/** @returns whether it is there now */
export async function copyPng(png: Promise<Blob>): Promise<boolean> {
  try {
    // The promise itself, as Safari wants it: once it has waited, it allows no more.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    return true;
  } catch {
    return false;
  }
}
