/** Limits on clients without a verified token: how many may wait, and how often an address may fail. */
import type { Role } from "@screen-share/protocol";
import { Bucket } from "../core/bucket.ts";

/** Connections that have not been admitted yet. */
export const PENDING_LIMITS = {
  producer: { total: 32, perAddress: 2 },
  viewer: { total: 5000, perAddress: 100 },
} as const;

/** A connection that has not sent hello. */
export interface Pending {
  readonly role: Role;
  /** Undefined for programs on the relay's own machine; these count only towards the total. */
  readonly address: string | undefined;
  /** Closes it to make room. Called at most once, and never within its own `enter`. */
  readonly evict: () => void;
}

/**
 * Counts connections that cost memory and have proven nothing. Producers over the limit are refused, since each may send a large message.
 * Of viewers the longest silent one is evicted, so that a flood of silent connections keeps out no viewer that sends hello.
 */
export class PendingConnections {
  /** By role, and by role and address. */
  readonly #groups = new Map<string, Set<Pending>>();

  /** @returns whether there is a place; it is held until `leave` */
  enter(pending: Pending): boolean {
    const { role } = pending;
    const { perAddress, total } = PENDING_LIMITS[role];
    for (const key of groupsOf(pending)) {
      const group = this.#groups.get(key);
      if (!group || group.size < (key === role ? total : perAddress)) continue;
      const [longest] = group;
      if (role === "producer" || !longest) return false;
      this.leave(longest);
      longest.evict();
    }
    for (const key of groupsOf(pending)) {
      this.#groups.set(key, (this.#groups.get(key) ?? new Set()).add(pending));
    }
    return true;
  }

  /** It was admitted or is gone. Has no effect on a connection that is not here. */
  leave(pending: Pending): void {
    for (const key of groupsOf(pending)) {
      const group = this.#groups.get(key);
      group?.delete(pending);
      if (group?.size === 0) this.#groups.delete(key);
    }
  }
}

/** The groups that are limited, smallest first. */
function groupsOf({ role, address }: Pending): readonly string[] {
  return address === undefined ? [role] : [`${role} ${address}`, role];
}

const FAILURES = { capacity: 20, perSecond: 0.5 } as const;
/** Addresses that are kept apart. Beyond this the one known longest is forgotten. */
const MAX_ADDRESSES = 20_000;

/** Counts attempts without a valid token by address. A valid token is never refused for it: an attacker may share its address. */
export class FailedAttempts {
  readonly #buckets = new Map<string, Bucket>();

  /** An attempt failed. @param address undefined for programs of this machine. @returns whether it has failed too often */
  failed(address: string | undefined, now: number): boolean {
    if (address === undefined) return false;
    let bucket = this.#buckets.get(address);
    if (!bucket) {
      const [longestKnown] = this.#buckets.keys();
      if (this.#buckets.size >= MAX_ADDRESSES && longestKnown) this.#buckets.delete(longestKnown);
      bucket = new Bucket(FAILURES, now);
      this.#buckets.set(address, bucket);
    }
    // Attempts over the limit do not extend it.
    return !bucket.tryTake(1, now);
  }

  /** Called about once a second. */
  tick(now: number): void {
    for (const [address, bucket] of this.#buckets) {
      if (bucket.isFull(now)) this.#buckets.delete(address);
    }
  }
}
