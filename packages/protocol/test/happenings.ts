/** Lets a test wait for a condition without polling: it is checked whenever something has happened. */
export class Happenings {
  #waiting: (() => void)[] = [];

  notify(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves once `met` holds. @throws Error if that takes longer than `limitMs`, or what `met` throws */
  async until(met: () => boolean, limitMs?: number): Promise<void> {
    let late = false;
    const expire = () => {
      late = true;
      this.notify();
    };
    const timer = limitMs === undefined ? undefined : setTimeout(expire, limitMs);
    try {
      while (!met()) {
        if (late) throw new Error(`it took over ${limitMs} ms`);
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
