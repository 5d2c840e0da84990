/** What keeps us from the relay: said once, and not again at every try. */
import type { Log } from "../log.ts";

export class Complaints {
  #last = "";

  constructor(private readonly log: Pick<Log, "debug" | "warn">) {}

  /** It failed for this reason, and is tried again so much later. */
  failed(reason: string, delayMs: number): void {
    if (reason === this.#last) this.log.debug(`${reason}; next try in ${delayMs} ms`);
    else this.log.warn(`${reason}; trying again until it works`);
    this.#last = reason;
  }

  /** It works. */
  over(): void {
    this.#last = "";
  }
}
