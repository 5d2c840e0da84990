/**
 * Checks whether a canvas returns the pixels that were drawn. Browsers that prevent fingerprinting (Tor Browser, LibreWolf, Brave,
 * Firefox with `privacy.resistFingerprinting`) silently return noise, so a picture saved or recorded from a canvas is noise there.
 */

/** Explains to the user why a picture cannot be copied or recorded. */
export const NOISE = "This browser hides what pages draw, and gives them noise instead.";

const SIDE = 16;

/** Colours that differ from pixel to pixel, because some browsers do not alter plain areas. */
const colourAt = (at: number) => [37, 91, 173].map((factor) => (at * factor) % 256);

/** @param document creates the canvas */
export function isReadable(document: Pick<Document, "createElement">): boolean {
  const canvas: HTMLCanvasElement = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  if (!context) return false;
  for (let at = 0; at < SIDE * SIDE; at++) {
    context.fillStyle = `rgb(${colourAt(at).join(" ")})`;
    context.fillRect(at % SIDE, Math.floor(at / SIDE), 1, 1);
  }
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return Array.from({ length: SIDE * SIDE }, (_, at) => colourAt(at)).every((colour, at) =>
    colour.every((value, channel) => data[4 * at + channel] === value),
  );
}
