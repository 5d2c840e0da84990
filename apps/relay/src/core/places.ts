/** Places, shared between holders (links at an address). Once all are taken, a newcomer takes the newest one of the holder with the most. */

/** What a newcomer finds. */
type FoundPlace<Member> =
  | { readonly kind: "free" }
  /** All places are taken; this member must give up its own. */
  | { readonly kind: "held"; readonly by: Member }
  /** All places are taken, and no other holder has more than one place and more than the newcomer's holder. */
  | { readonly kind: "none" };

export class Places<Member> {
  /** By holder, in the order in which they came. */
  readonly #held = new Map<string, Set<Member>>();
  #count = 0;

  constructor(readonly max: number) {}

  /** All members of a holder, oldest first. */
  heldBy(holder: string): ReadonlySet<Member> {
    return this.#held.get(holder) ?? new Set();
  }

  /** Finds a place for a newcomer. Changes nothing. */
  find(holder: string): FoundPlace<Member> {
    if (this.#count < this.max) return { kind: "free" };
    let most = this.heldBy(holder);
    for (const members of this.#held.values()) if (members.size > most.size) most = members;
    const fair = most.size > 1 && most !== this.#held.get(holder);
    // Computed only if needed: a full room may refuse hundreds of newcomers.
    const newest = fair ? [...most].at(-1) : undefined;
    return newest === undefined ? { kind: "none" } : { kind: "held", by: newest };
  }

  enter(member: Member, holder: string): void {
    const members = this.#held.get(holder) ?? new Set();
    this.#held.set(holder, members);
    if (members.has(member)) return;
    members.add(member);
    this.#count++;
  }

  leave(member: Member, holder: string): void {
    const members = this.#held.get(holder);
    if (!members?.delete(member)) return;
    this.#count--;
    if (members.size === 0) this.#held.delete(holder);
  }
}
