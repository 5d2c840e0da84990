/**
 * Bounds how much of our time the frames of a relay can take: beyond the limit its socket is not read for a while, and TCP slows
 * it down. Nothing is lost by that, and no honest relay sends nearly as much.
 */

const INTERVAL_MS = 100;
/** Acks at 60 fps in many parts, and changes of who watches, stay far below this. */
export const FRAMES_PER_INTERVAL = 400;

export class InboundLimit {
  #frames = 0;
  #paused = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: { readonly pause: () => void; readonly resume: () => void },
  ) {}

  /** One frame came, of any kind. */
  frame(): void {
    this.#frames++;
    this.#timer ??= this.#startTimer();
    if (this.#paused || this.#frames <= FRAMES_PER_INTERVAL) return;
    this.#paused = true;
    this.socket.pause();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #startTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      // What came in one piece before the pause took effect is paid for by a longer one.
      this.#frames = Math.max(0, this.#frames - FRAMES_PER_INTERVAL);
      this.#timer = this.#frames > 0 ? this.#startTimer() : undefined;
      if (!this.#paused || this.#frames > 0) return;
      this.#paused = false;
      this.socket.resume();
    }, INTERVAL_MS);
  }
}
