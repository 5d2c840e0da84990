/** What all clients of a soak share: the relay's port, its rooms, and where to report problems. */
import type { Role } from "@screen-share/protocol";
import { seededRandom } from "@screen-share/protocol/testing";
import { mint } from "../tokens.ts";

export interface SoakContext {
  readonly port: number;
  /** Uniform in [0, 1), the same for the same seed. */
  readonly random: () => number;
  /** The rooms, whose producers stay. */
  readonly rooms: readonly string[];
  /** The generation of links that is valid in a room now. */
  readonly generationOf: (room: string) => string | undefined;
  /** The number of the relay's process; undefined while it stops or starts, when no close of a visit proves anything. */
  readonly era: () => number | undefined;
  /** Reports something that must not happen. */
  readonly complain: (problem: string) => void;
  /** Counts something that happened. */
  readonly note: (what: string) => void;
}

/** A generator of its own, which draws by others do not affect. */
export function ownRandom(random: () => number): () => number {
  return seededRandom(Math.floor(random() * 2 ** 32));
}

/** Whether the same process of the relay has run since `era` was read. */
export function sameEra(context: SoakContext, era: number | undefined): boolean {
  return era !== undefined && context.era() === era;
}

/** Long-lived tokens, each minted once. */
export class Tokens {
  readonly #known = new Map<string, Promise<string>>();

  get(role: Role, room: string): Promise<string> {
    const key = `${role} ${room}`;
    const known = this.#known.get(key) ?? mint({ role, room });
    this.#known.set(key, known);
    return known;
  }
}

/** One client. Resolves when it has left, which it does soon after `leaving` is aborted. */
export type Behaviour = (
  context: SoakContext,
  tokens: Tokens,
  leaving: AbortSignal,
) => Promise<void>;
