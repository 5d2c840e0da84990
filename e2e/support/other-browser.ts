/**
 * What a test asks of a browser that is not Chromium, whatever it is driven by: one page at a time, seen and worked as a person
 * would.
 */

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { eventually } from "./wait.ts";

/** Where functions can be run in a page. What goes in and comes out is JSON. */
export interface Evaluating {
  evaluate<Result, Argument>(
    run: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
}

export interface OtherBrowser extends Evaluating {
  /**
   * Opens a page in a new session: nothing is kept of the last one.
   * @param place where the viewer is to play; for "page" the browser is made to lack what a worker needs
   */
  open(url: string, place?: Place): Promise<void>;
  /** @param key as a keyboard event calls it */
  press(key: string): Promise<void>;
  /** Puts what the clipboard has into the field that has the focus. */
  paste(): Promise<void>;
  /** Where it puts downloads. */
  readonly downloads: string;
  close(): Promise<void>;
}

/**
 * The newest file that the browser has saved, once it is whole.
 * @param isWhole how that is seen
 */
export async function savedFile(
  { downloads }: OtherBrowser,
  name: RegExp,
  isWhole: (bytes: Buffer) => boolean,
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const look = async () => {
    const found = (await readdir(downloads))
      .filter((each) => name.test(each))
      .sort()
      .at(-1);
    if (found === undefined) return undefined;
    return { name: found, bytes: await readFile(path.join(downloads, found)) };
  };
  const saved = await eventually(look, (file) => file !== undefined && isWhole(file.bytes));
  if (!saved) throw new Error(`nothing called ${name} was saved`);
  return saved;
}

export const PLACES = ["worker", "page"] as const;
export type Place = (typeof PLACES)[number];

/** To be run in a page before its own scripts: then no worker can be given the canvas, and the page plays itself. */
export function takeHandingOverAway(): void {
  Reflect.deleteProperty(HTMLCanvasElement.prototype, "transferControlToOffscreen");
}
