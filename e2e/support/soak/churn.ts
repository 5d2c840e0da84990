/** Comings and goings: every few ms somebody, by a seeded choice, until it is time for all to leave. */
import { setMaxListeners } from "node:events";
import { expires, hasNoRightToken, intrudes, knocks, talksNonsense } from "./offenders.ts";
import { readsStream, takesSnapshot } from "./readers.ts";
import { type Behaviour, ownRandom, type Tokens, type Town } from "./town.ts";
import { acksLate, behaves, byLink, hurries, neverReads, plainAndSlow } from "./viewers.ts";

/** Who comes, and how often in comparison. */
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
 * What every soak must have seen, whatever chance makes of the rest. To be called while nothing else happens: then a producer is live in
 * each room, and each of these can only end in one way.
 */
export async function visitCertainly(town: Town, tokens: Tokens): Promise<void> {
  const staying = new AbortController().signal;
  await Promise.all(
    [behaves, intrudes, expires].map((behaviour) => behaviour(town, tokens, staying)),
  );
}

/**
 * Lets them come for so long; resolves when the last one is gone.
 * @returns how many came
 */
export async function churn(town: Town, tokens: Tokens, durationMs: number): Promise<number> {
  const leaving = new AbortController();
  setMaxListeners(0, leaving.signal);
  const here: Promise<void>[] = [];
  const endsAt = performance.now() + durationMs;
  while (performance.now() < endsAt) {
    const behaviour = choose(town.random);
    const visitor = { ...town, random: ownRandom(town.random) };
    here.push(behaviour(visitor, tokens, leaving.signal));
    await new Promise((resolve) => setTimeout(resolve, town.random() * MAX_PAUSE_MS));
  }
  leaving.abort();
  await Promise.all(here);
  return here.length;
}
