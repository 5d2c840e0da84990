/** The port to a browser other than Chromium, with one page at a time. */

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { eventually } from "./wait.ts";

/** A page that runs functions. Arguments and results are JSON. */
export interface Evaluating {
  evaluate<Result, Argument>(
    run: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
}

export interface OtherBrowser extends Evaluating {
  /** Opens a page in a new session. @param place where the viewer must play; for "page", workers are made unable to */
  open(url: string, place?: Place): Promise<void>;
  /** @param key as a keyboard event calls it */
  press(key: string): Promise<void>;
  paste(): Promise<void>;
  readonly downloads: string;
  close(): Promise<void>;
}

/** The newest file that the browser has saved, once it is whole. */
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
