/** Whether anybody watches, on one connection: as the relay tells. One that does not tell is taken to be watched. */
import type { Log } from "../log.ts";

/** A relay tells right after its welcome. */
const TIMEOUT_MS = 50;

export class Demand {
  /** Undefined until the relay has told. */
  #watched: boolean | undefined;
  readonly #silence: NodeJS.Timeout;

  /**
   * To be ended with `stop`.
   * @param options.changed called when somebody watches, and when nobody does any more
   */
  constructor(
    private readonly options: {
      readonly log: Pick<Log, "info">;
      readonly changed: (watched: boolean) => void;
    },
  ) {
    this.#silence = setTimeout(() => {
      if (this.#watched === undefined) this.#set(true);
    }, TIMEOUT_MS);
  }

  /** Whether anybody is known to watch. */
  get watched(): boolean {
    return this.#watched === true;
  }

  /** The relay tells how many can see it now. */
  told(watching: number): void {
    this.#set(watching > 0);
  }

  stop(): void {
    clearTimeout(this.#silence);
  }

  #set(watched: boolean): void {
    if (this.#watched === watched) return;
    const first = this.#watched === undefined;
    this.#watched = watched;
    this.options.changed(watched);
    if (first && watched) return;
    this.options.log.info(watched ? "somebody watches" : "nobody watches, so nothing is grabbed");
  }
}
