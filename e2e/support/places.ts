/** Where the viewer plays: in a worker, or in the page itself. */
export const PLACES = ["worker", "page"] as const;
export type Place = (typeof PLACES)[number];

/** To be run in a page before its own scripts: then no worker can be given the canvas, and the page plays itself. */
export function takeHandingOverAway(): void {
  Reflect.deleteProperty(HTMLCanvasElement.prototype, "transferControlToOffscreen");
}
