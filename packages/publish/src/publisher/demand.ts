/** Whether pictures are wanted on one connection: while anyone is watching, as the relay reports, or while they are recorded. */
import type { Timing } from "@screen-share/protocol";
import type { Log } from "../ports.ts";
import type { Recorder } from "../recording/recorder.ts";

/** A relay reports demand right after its welcome (P-27). On a slow network or a busy machine the two may arrive apart. */
const TIMEOUT_MS = 1000;

export class Demand {
  /** Undefined until the relay has reported it. */
  #watched: boolean | undefined;
  readonly #cancelTimeout: () => void;

  /** The owner ends it with `stop`. @param options.changed called when viewers begin to watch, and when the last one stops */
  constructor(
    private readonly options: {
      readonly log: Pick<Log, "info">;
      readonly timers: Pick<Timing, "after">;
      readonly recorder?: Pick<Recorder, "recording"> | undefined;
      readonly changed: (watched: boolean) => void;
    },
  ) {
    this.#cancelTimeout = options.timers.after(TIMEOUT_MS, () => {
      if (this.#watched === undefined) this.#set(true);
    });
  }

  get wanted(): boolean {
    return this.#watched === true || this.#recording;
  }

  /** The relay reports how many viewers can see the picture now. */
  reported(watching: number): void {
    this.#set(watching > 0);
  }

  stop(): void {
    this.#cancelTimeout();
  }

  #set(watched: boolean): void {
    if (this.#watched === watched) return;
    const first = this.#watched === undefined;
    this.#watched = watched;
    this.options.changed(watched);
    if (first && watched) return;
    const { log } = this.options;
    if (watched) log.info("a viewer is watching");
    else if (this.#recording) log.info("nobody is watching; the recording continues");
    else log.info("nobody is watching, so nothing is grabbed or sent");
  }

  get #recording(): boolean {
    return this.options.recorder?.recording === true;
  }
}
