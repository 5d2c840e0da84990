/**
 * A limited number of places, and who holds them. One link usually serves all viewers, so the unit that must be fair is a link at an
 * address: once all places are held, a newcomer takes the newest place of the unit that holds most. Nobody is refused while there is room.
 */

/** What a newcomer finds. */
export type Place<Member> =
  | { readonly kind: "free" }
  /** All are held; this member has to go for the newcomer. */
  | { readonly kind: "held"; readonly by: Member }
  /** All are held, and no other unit holds more than one place and more than the newcomer's. */
  | { readonly kind: "none" };

export class Places<Member> {
  /** By unit, in the order in which they came. */
  readonly #held = new Map<string, Set<Member>>();
  #count = 0;

  constructor(readonly max: number) {}

  /** All that a unit holds, oldest first. */
  heldBy(holder: string): ReadonlySet<Member> {
    return this.#held.get(holder) ?? new Set();
  }

  /** Looks for a place for a newcomer. Nothing changes. */
  find(holder: string): Place<Member> {
    if (this.#count < this.max) return { kind: "free" };
    let most: ReadonlySet<Member> = this.heldBy(holder);
    for (const members of this.#held.values()) if (members.size > most.size) most = members;
    const fair = most.size > 1 && most !== this.#held.get(holder);
    // Only where it is needed: a room that is full refuses newcomers by the hundred.
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
