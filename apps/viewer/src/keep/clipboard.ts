/** The clipboard. Pages can use it only over https or on localhost. */

export function canCopyPictures(): boolean {
  return "clipboard" in navigator && typeof ClipboardItem !== "undefined";
}

/** @returns whether it was copied */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed, or there is no clipboard, as on a page over plain http.
    return copySelected(text);
  }
}

function copySelected(text: string): boolean {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  Object.assign(field.style, { position: "fixed", opacity: "0" });
  field.setAttribute("aria-hidden", "true");
  document.body.append(field);
  field.select();
  try {
    // Deprecated, but the only way without a secure context (W3C Clipboard API, §2).
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}

/** @returns whether it was copied */
export async function copyPng(png: Promise<Blob>): Promise<boolean> {
  try {
    // Safari requires the promise itself: after an await it no longer allows copying.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    return true;
  } catch {
    return false;
  }
}
