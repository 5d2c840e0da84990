/** Whether a browser can show the picture at all. */

/** Of a window, what the player cannot do without. */
type Needed = Partial<Record<"WebSocket" | "createImageBitmap" | "ResizeObserver", unknown>> & {
  readonly Array?: { readonly prototype: object };
};

/** @returns what is missing, in words; undefined if nothing is */
export function missingIn(window: Needed): string | undefined {
  if (typeof window.WebSocket !== "function") return "WebSockets";
  if (typeof window.createImageBitmap !== "function") return "createImageBitmap";
  if (typeof window.ResizeObserver !== "function") return "ResizeObserver";
  if (!("at" in (window.Array?.prototype ?? {}))) return "ECMAScript 2022";
  return undefined;
}
