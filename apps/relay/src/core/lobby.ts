/**
 * Connections that have not been admitted yet: they cost memory and have proven nothing, so there are only so many. Producers
 * beyond the limit are turned away, since each may send a large message; among viewers the one that has kept silent longest
 * goes, so that a flood of silent ones keeps nobody out who says hello.
 */
import type { Role } from "@screen-share/protocol";

interface Limit {
  readonly total: number;
  readonly perAddress: number;
}

export const LOBBY_LIMITS: Readonly<Record<Role, Limit>> = {
  producer: { total: 32, perAddress: 2 },
  viewer: { total: 5000, perAddress: 100 },
};

export interface Waiting {
  readonly role: Role;
  /** undefined: of this machine itself; it counts for the total alone. */
  readonly address: string | undefined;
  /** It has to go. Called at most once, and never within `enter` of its own. */
  readonly evict: () => void;
}

export class Lobby {
  readonly #waiting = { producer: new Set<Waiting>(), viewer: new Set<Waiting>() } as const;
  readonly #byAddress = {
    producer: new Map<string, Set<Waiting>>(),
    viewer: new Map<string, Set<Waiting>>(),
  } as const;

  /** @returns whether there is a place; it is held until `leave` */
  enter(waiting: Waiting): boolean {
    const { role, address } = waiting;
    const limit = LOBBY_LIMITS[role];
    const all = this.#waiting[role];
    const near = address === undefined ? undefined : this.#byAddress[role].get(address);
    for (const [place, size] of [
      [near, limit.perAddress],
      [all, limit.total],
    ] as const) {
      if (!place || place.size < size) continue;
      const [longest] = place;
      if (role === "producer" || !longest) return false;
      this.leave(longest);
      longest.evict();
    }
    all.add(waiting);
    if (address !== undefined) {
      // Not `near`: with its last member gone it was forgotten.
      const neighbours = this.#byAddress[role].get(address) ?? new Set();
      this.#byAddress[role].set(address, neighbours.add(waiting));
    }
    return true;
  }

  /** It was admitted, or is gone. May be called for one that is not here. */
  leave(waiting: Waiting): void {
    const { role, address } = waiting;
    if (!this.#waiting[role].delete(waiting) || address === undefined) return;
    const neighbours = this.#byAddress[role].get(address);
    neighbours?.delete(waiting);
    if (neighbours?.size === 0) this.#byAddress[role].delete(address);
  }
}
