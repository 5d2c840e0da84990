/** Bounds how much processing time a relay's frames can take: above the limit its socket is not read for a while. Nothing is lost. */

const INTERVAL_MS = 100;
/** Acks of 60 fps in many cuts, and changes in who watches, stay far below this. */
export const FRAMES_PER_INTERVAL = 400;

export class InboundLimit {
  #frames = 0;
  #paused = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: { readonly pause: () => void; readonly resume: () => void },
  ) {}

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
      // Frames that arrived before the pause took effect make it longer.
      this.#frames = Math.max(0, this.#frames - FRAMES_PER_INTERVAL);
      this.#timer = this.#frames > 0 ? this.#startTimer() : undefined;
      if (!this.#paused || this.#frames > 0) return;
      this.#paused = false;
      this.socket.resume();
    }, INTERVAL_MS);
  }
}
