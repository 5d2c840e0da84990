/** What the clients of a soak have in common: the relay's port, its rooms, and where to report problems. */
import type { Role } from "@screen-share/protocol";
import { seededRandom } from "@screen-share/protocol/testing";
import { mint } from "../tokens.ts";
import { pick } from "./pictures.ts";

export interface SoakContext {
  readonly port: number;
  /** Uniform in [0, 1), the same for the same seed. */
  readonly random: () => number;
  readonly rooms: readonly string[];
  readonly tokens: Tokens;
  /** The generation of links that is valid in a room now. */
  readonly generationOf: (room: string) => string | undefined;
  /** The number of the relay's process; undefined while it stops or starts. */
  readonly era: () => number | undefined;
  /** Reports something that must not happen. */
  readonly complain: (problem: string) => void;
  /** Counts something that happened. */
  readonly note: (what: string) => void;
}

export interface Visitor extends SoakContext {
  readonly room: string;
  /** Aborted when all clients must leave. */
  readonly leaving: AbortSignal;
  /** Reports a problem, unless the relay has stopped since the visit began: then no close proves anything. */
  readonly blame: (problem: string) => void;
}

/** Resolves when the client has left, which it does soon after `leaving` is aborted. */
export type Behaviour = (visitor: Visitor) => Promise<void>;

export function newVisitor(context: SoakContext, leaving: AbortSignal): Visitor {
  const random = ownRandom(context.random);
  const era = context.era();
  const blame = (problem: string) => {
    if (era !== undefined && context.era() === era) context.complain(problem);
  };
  return { ...context, random, room: pick(context.rooms, random), leaving, blame };
}

/** A generator of its own, which draws by others do not affect. */
export function ownRandom(random: () => number): () => number {
  return seededRandom(Math.floor(random() * 2 ** 32));
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
