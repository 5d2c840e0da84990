/** What was asked of somebody who answers by messages, each question by a number of its own. */
export class Answers<Answer> {
  readonly #awaited = new Map<number, Waiting<Answer>>();
  #asked = 0;
  #over: string | undefined;

  /** @param send tells the question's number to whoever is to answer */
  ask(send: (id: number) => void): Promise<Answer> {
    if (this.#over !== undefined) return Promise.reject(new Error(this.#over));
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#awaited.set(id, { resolve, reject });
      send(id);
    });
  }

  /** An answer that nobody waits for is forgotten. */
  give(id: number, answer: Answer): void {
    this.#taken(id)?.resolve(answer);
  }

  refuse(id: number, reason: string): void {
    this.#taken(id)?.reject(new Error(reason));
  }

  /** Nobody is there to answer any more: whatever was asked is refused, and whatever will be. */
  end(reason: string): void {
    this.#over = reason;
    for (const id of [...this.#awaited.keys()]) this.refuse(id, reason);
  }

  #taken(id: number): Waiting<Answer> | undefined {
    const awaited = this.#awaited.get(id);
    this.#awaited.delete(id);
    return awaited;
  }
}

interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(reason: Error): void;
}
