/** What was asked of somebody who answers by messages, each question by a number of its own. */
export class Answers<Answer> {
  readonly #awaited = new Map<number, Waiting<Answer>>();
  #asked = 0;

  /** @param send tells the question's number to whoever is to answer */
  ask(send: (id: number) => void): Promise<Answer> {
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

  refuseAll(reason: string): void {
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
