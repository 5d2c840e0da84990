/**
 * Whether pictures are wanted, on one connection: while anybody watches, as the relay tells, or while they are recorded. A relay that does
 * not tell is taken to be watched.
 */
import type { Log } from "../log.ts";
import type { Recorder } from "../recording/recorder.ts";

/** A relay reports demand right after its welcome (P-27); on a slow network, or a busy machine, the two may come apart. */
const TIMEOUT_MS = 1000;

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
      readonly recorder?: Pick<Recorder, "recording"> | undefined;
      readonly changed: (watched: boolean) => void;
    },
  ) {
    this.#silence = setTimeout(() => {
      if (this.#watched === undefined) this.#set(true);
    }, TIMEOUT_MS);
  }

  get wanted(): boolean {
    return this.#watched === true || this.#recording;
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
    const { log } = this.options;
    if (watched) log.info("somebody watches");
    else if (this.#recording) log.info("nobody watches; the recording goes on");
    else log.info("nobody watches, so nothing is grabbed or sent");
  }

  get #recording(): boolean {
    return this.options.recorder?.recording === true;
  }
}
