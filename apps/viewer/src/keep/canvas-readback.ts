/**
 * Whether a canvas reads as it was drawn. Browsers that guard against fingerprinting (Tor Browser, LibreWolf, Brave, Firefox with
 * `privacy.resistFingerprinting`) spoil what a page reads, silently: a picture that is saved or recorded from a canvas is noise there.
 */

export const NOISE = "This browser hides what pages draw, and gives them noise instead.";

const SIDE = 16;

/** Colours that differ from pixel to pixel: some browsers spoil no plain area. */
const colourAt = (at: number): readonly [number, number, number] => [
  (at * 37) % 256,
  (at * 91) % 256,
  (at * 173) % 256,
];

/** @param document what makes the canvas */
export function readsTrue(document: Pick<Document, "createElement">): boolean {
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
