/** Clients that come and go: every few ms one with a behaviour chosen by the seed, until all must leave. */
import { setMaxListeners } from "node:events";
import { type Behaviour, ownRandom, type SoakContext, type Tokens } from "./behaviour.ts";
import { expires, hasNoRightToken, intrudes, knocks, talksNonsense } from "./offenders.ts";
import { readsStream, takesSnapshot } from "./readers.ts";
import { acksLate, behaves, byLink, hurries, neverReads, plainAndSlow } from "./viewers.ts";

/** The behaviours and their relative frequencies. */
const BEHAVIOURS: readonly (readonly [weight: number, behaviour: Behaviour])[] = [
  [6, behaves],
  [3, acksLate],
  [5, hurries],
  [1, neverReads],
  [3, plainAndSlow],
  [2, byLink],
  [2, takesSnapshot],
  [2, readsStream],
  [3, talksNonsense],
  [2, hasNoRightToken],
  [1, expires],
  [1, intrudes],
  [1, knocks],
];
const TOTAL = BEHAVIOURS.reduce((sum, [weight]) => sum + weight, 0);
const MAX_PAUSE_MS = 60;

function choose(random: () => number): Behaviour {
  let left = random() * TOTAL;
  for (const [weight, behaviour] of BEHAVIOURS) {
    left -= weight;
    if (left < 0) return behaviour;
  }
  throw new RangeError("random() is below 1");
}

/**
 * The visits that every soak must include, whatever chance adds. To be called while nothing else happens: then a producer is live in each
 * room, and each visit can end in one way only.
 */
export async function visitCertainly(context: SoakContext, tokens: Tokens): Promise<void> {
  const staying = new AbortController().signal;
  await Promise.all(
    [behaves, intrudes, expires].map((behaviour) => behaviour(context, tokens, staying)),
  );
}

/** Lets clients come for `durationMs`, and resolves when the last one has left. @returns how many came */
export async function churn(
  context: SoakContext,
  tokens: Tokens,
  durationMs: number,
): Promise<number> {
  const leaving = new AbortController();
  setMaxListeners(0, leaving.signal);
  const here: Promise<void>[] = [];
  const endsAt = performance.now() + durationMs;
  while (performance.now() < endsAt) {
    const behaviour = choose(context.random);
    const visitor = { ...context, random: ownRandom(context.random) };
    here.push(behaviour(visitor, tokens, leaving.signal));
    await new Promise((resolve) => setTimeout(resolve, context.random() * MAX_PAUSE_MS));
  }
  leaving.abort();
  await Promise.all(here);
  return here.length;
}
