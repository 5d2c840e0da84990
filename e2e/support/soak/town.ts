/** What everybody in a soak knows: where the relay is, which rooms there are, and where to complain. */
import type { Role } from "@screen-share/protocol";
import { seededRandom } from "@screen-share/protocol/testing";
import { mint } from "../tokens.ts";

export interface Town {
  readonly port: number;
  /** Uniform in [0, 1), the same for the same seed. */
  readonly random: () => number;
  /** Rooms of producers that stay. */
  readonly rooms: readonly string[];
  /** The generation of links that counts in a room now. */
  readonly generationOf: (room: string) => string | undefined;
  /** The number of the relay's process; undefined while it goes or comes, when nothing that happens to a visit proves anything. */
  readonly era: () => number | undefined;
  /** Something happened that may not. */
  readonly complain: (problem: string) => void;
  /** Something happened that is to be counted. */
  readonly note: (what: string) => void;
}

/** A generator of one's own, so that what others draw meanwhile changes nothing. */
export function ownRandom(random: () => number): () => number {
  return seededRandom(Math.floor(random() * 2 ** 32));
}

/** Whether one and the same relay was there all the time since an era was asked for. */
export function sameEra(town: Town, era: number | undefined): boolean {
  return era !== undefined && town.era() === era;
}

/** Mints tokens of long life once. */
export class Tokens {
  readonly #known = new Map<string, Promise<string>>();

  get(role: Role, room: string): Promise<string> {
    const key = `${role} ${room}`;
    const known = this.#known.get(key) ?? mint({ role, room });
    this.#known.set(key, known);
    return known;
  }
}

/** Somebody who comes, and is gone when it resolves; once `leaving` is aborted, soon. */
export type Behaviour = (town: Town, tokens: Tokens, leaving: AbortSignal) => Promise<void>;
