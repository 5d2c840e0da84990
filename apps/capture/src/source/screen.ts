/** Who grabs the screen: X11 DAMAGE where there is such a display, node-screenshots everywhere else. */
import type { X11Settings } from "../config.ts";
import type { Log } from "../log.ts";
import { ScreenSource } from "./node-screenshots.ts";
import { type Source, SourceFailure } from "./source.ts";
import { X11Source } from "./x11.ts";

export interface ScreenOptions {
  /** The X display that shows the screen, if there is one. */
  readonly x11: X11Settings | undefined;
  /** An id, an index from 0 or a name; the primary one unless given. */
  readonly monitor: string | undefined;
  /** ms */
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Tries which one can grab here. If none can, that is told by the first grab, in the words of node-screenshots.
 * @param platform as in `process.platform`
 */
export async function openScreen(options: ScreenOptions, platform: string): Promise<Source> {
  const { x11, now, log } = options;
  const common = { now, ...(options.monitor === undefined ? {} : { monitor: options.monitor }) };
  if (platform === "linux" && x11) {
    const source = new X11Source({ ...x11, ...common });
    const first = await source.grab();
    const unusable = first instanceof SourceFailure && first.kind === "no-display";
    if (!unusable) return source;
    log.debug(`not grabbed by ${source.name}: ${first.reason}`);
  }
  return new ScreenSource(common);
}
