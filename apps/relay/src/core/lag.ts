/** Measures how old the pictures are that a viewer draws, from the time when the relay could have sent them. */

export class Lag {
  /** For each update in flight, when it could have been sent, ms. */
  readonly #dueAt: number[] = [];

  /** @param since when this viewer began to watch, ms. Older pictures could be sent only from then on */
  constructor(private since: number) {}

  /** The viewer is watching again from now on. */
  watches(now: number): void {
    this.since = now;
  }

  /** An update was sent. @param relayedAt when the newest of its tiles arrived at the relay, ms */
  sent(relayedAt: number): void {
    this.#dueAt.push(Math.max(relayedAt, this.since));
  }

  /** The oldest `count` updates in flight are drawn. @returns the age of the last of them, ms. Undefined if there is none */
  drawn(count: number, now: number): number | undefined {
    let dueAt: number | undefined;
    for (let i = 0; i < count; i++) dueAt = this.#dueAt.shift() ?? dueAt;
    return dueAt === undefined ? undefined : Math.max(0, now - dueAt);
  }
}
