/**
 * Shows the test card until there is a screen, and then the screen: an agent that starts with the machine runs before the desktop does.
 * It also looks for the screen while nobody watches, so that the first viewer sees the right picture.
 */

import type { Log } from "@screen-share/publish";
import { type Frame, type Source, SourceFailure } from "@screen-share/publish";

/** How often it looks for the screen, ms. Each failed attempt costs one refused connection. */
const LOOK_INTERVAL_MS = 2000;

export interface AwaitedScreenOptions {
  /** What is shown until then. */
  readonly card: Source;
  /** Tries to open the screen. @returns a source that has grabbed once, or why there is none */
  readonly look: () => Promise<Source | SourceFailure>;
  readonly log: Log;
  /** Resolves after this time. */
  readonly sleep: (ms: number) => Promise<unknown>;
}

class AwaitedScreen implements Source {
  #shown: Source;

  constructor(private readonly options: AwaitedScreenOptions) {
    this.#shown = options.card;
    void this.#await();
  }

  get name(): string {
    return this.#shown.name;
  }

  grab(): Promise<Frame | SourceFailure> {
    return this.#shown.grab();
  }

  async #await(): Promise<void> {
    const { look, log, sleep } = this.options;
    for (;;) {
      await sleep(LOOK_INTERVAL_MS);
      const found = await look();
      if (!(found instanceof SourceFailure)) {
        this.#shown = found;
        log.info("there is a display now: the screen is shared instead of the test card");
        return;
      }
      log.debug(`still no screen: ${found.reason}`);
    }
  }
}

/** Returns the screen if there is one now, or else the test card until there is. */
export async function openAwaited(options: AwaitedScreenOptions): Promise<Source | SourceFailure> {
  const found = await options.look();
  if (!(found instanceof SourceFailure) || found.kind === "no-monitor") return found;
  options.log.warn(`${found.reason} Until that changes, the built-in test card is shared.`);
  return new AwaitedScreen(options);
}
