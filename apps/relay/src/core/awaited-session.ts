/**
 * A connection whose token is being verified: it becomes another session once that is done, in a moment. Of what it says meanwhile the
 * newest is kept, since a plain producer may begin with the only picture that it will ever send.
 */
import type { Session } from "./peer.ts";

export class AwaitedSession implements Session {
  #session: Session | undefined;
  #newest: { readonly message: Uint8Array | string; readonly now: number } | undefined;
  #ended = false;

  /** @param coming makes the session that this one becomes, unless it has ended by then */
  constructor(coming: Promise<() => Session>) {
    void coming.then((make) => {
      if (this.#ended) return;
      this.#session = make();
      if (this.#newest) this.#session.receive(this.#newest.message, this.#newest.now);
      this.#newest = undefined;
    });
  }

  get summary(): Readonly<Record<string, unknown>> {
    return this.#session?.summary ?? { kind: "not verified" };
  }

  receive(message: Uint8Array | string, now: number): void {
    if (this.#session) this.#session.receive(message, now);
    else this.#newest = { message: typeof message === "string" ? message : message.slice(), now };
  }

  ponged(payload: string, now: number): void {
    this.#session?.ponged(payload, now);
  }

  drained(now: number): void {
    this.#session?.drained(now);
  }

  tick(now: number): void {
    this.#session?.tick(now);
  }

  ended(now: number): void {
    this.#ended = true;
    this.#session?.ended(now);
  }
}
