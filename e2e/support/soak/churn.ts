/** Clients that come and go: every few ms one with a behaviour chosen by the seed, until all must leave. */
import { setMaxListeners } from "node:events";
import { sleep } from "../wait.ts";
import { type Behaviour, newVisitor, type SoakContext } from "./behaviour.ts";
import { expires, hasNoRightToken, intrudes, knocks, talksNonsense } from "./offenders.ts";
import { pick } from "./pictures.ts";
import { readsStream, takesSnapshot } from "./readers.ts";
import { acksLate, behaves, byLink, hurries, neverReads, plainAndSlow } from "./viewers.ts";

const WEIGHTED: readonly (readonly [weight: number, behaviour: Behaviour])[] = [
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
const BEHAVIOURS = WEIGHTED.flatMap(([weight, behaviour]) =>
  new Array<Behaviour>(weight).fill(behaviour),
);
const MAX_PAUSE_MS = 60;

/** The visits that every soak must include. Call it while nothing else happens, so that each visit can end in one way only. */
export async function visitCertainly(context: SoakContext): Promise<void> {
  const staying = new AbortController().signal;
  await Promise.all(
    [behaves, intrudes, expires].map((behaviour) => behaviour(newVisitor(context, staying))),
  );
}

/** Lets clients come for `durationMs`, and resolves when the last one has left. @returns how many came */
export async function churn(context: SoakContext, durationMs: number): Promise<number> {
  const leaving = new AbortController();
  setMaxListeners(0, leaving.signal);
  const here: Promise<void>[] = [];
  const endsAt = performance.now() + durationMs;
  while (performance.now() < endsAt) {
    const behaviour = pick(BEHAVIOURS, context.random);
    here.push(behaviour(newVisitor(context, leaving.signal)));
    await sleep(context.random() * MAX_PAUSE_MS);
  }
  leaving.abort();
  await Promise.all(here);
  return here.length;
}
