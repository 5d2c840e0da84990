/** How old what a viewer draws is, counted from when the relay could have sent it. */

export class Lag {
  /** Of each update in flight, when what it holds was there to be sent, ms. */
  readonly #dueAt: number[] = [];

  /** @param since when this viewer began to watch, or to watch again, ms: an older picture is due from then on */
  constructor(private since: number) {}

  /** The viewer watches from now on. */
  watches(now: number): void {
    this.since = now;
  }

  /** An update has left. @param relayedAt when the newest of it came to the relay, ms */
  sent(relayedAt: number): void {
    this.#dueAt.push(Math.max(relayedAt, this.since));
  }

  /** The oldest `count` in flight are drawn. @returns how old the last of them is, ms; undefined for none */
  drawn(count: number, now: number): number | undefined {
    const dueAt = this.#dueAt.splice(0, count).at(-1);
    return dueAt === undefined ? undefined : Math.max(0, now - dueAt);
  }
}
