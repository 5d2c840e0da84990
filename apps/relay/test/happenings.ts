/** Lets a test wait for a condition without polling: it is checked whenever something has happened. */
export class Happenings {
  #waiting: (() => void)[] = [];

  notify(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves once `met` holds. */
  async until(met: () => boolean): Promise<void> {
    while (!met()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
