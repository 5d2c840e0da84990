/**
 * A soak: a relay, rooms whose members stay, and others who come and go, for as long as it is told. It goes from one quiet moment to
 * the next; there, and only there, memory and open files are judged, and pictures once a second. In the first quarter the relay is restarted again and
 * again, in the midst of it all; the rest is one life of one process, which is what its memory is judged by.
 */
import { seededRandom } from "@screen-share/protocol/testing";
import { freePort } from "../ports.ts";
import { eventually } from "../wait.ts";
import { churn, visitCertainly } from "./churn.ts";
import { type Household, households, moveOut } from "./household.ts";
import { differences } from "./quiet.ts";
import { RelayHost } from "./relay-host.ts";
import { ownRandom, Tokens, type Town } from "./town.ts";
import { endAllLinks, troubleProducers } from "./troubles.ts";

const RESTARTING_SHARE = 1 / 4;
/** Phases of the life that is judged, however slow the machine is. */
const MIN_JUDGED_PHASES = 6;
const MIN_PHASE_MS = 3000;
const MAX_PHASE_MS = 20_000;
/** In the midst of it all the pictures rest for a moment, to be compared. */
const GLANCE_INTERVAL_MS = 1000;

/** So often in a row the same is found once nobody comes or goes any more: half a second. */
const SETTLED_ASKS = 10;

/** What was found at a quiet moment. */
export interface Sample {
  readonly atMs: number;
  /** The number of the relay's process. */
  readonly era: number;
  /** Visits so far, of the whole soak. */
  readonly joins: number;
  readonly rssMb: number;
  readonly openFiles: number;
}

export interface SoakResult {
  readonly samples: readonly Sample[];
  readonly ages: readonly { readonly atMs: number; readonly ageMs: number }[];
  /** Files that the relay holds open once everybody has left, and how many have left since the last sample. */
  readonly emptied: { readonly openFiles: number; readonly left: number };
  readonly restarts: number;
  readonly problems: readonly string[];
  /** What happened how often. */
  readonly counts: ReadonlyMap<string, number>;
}

export async function soak(options: {
  readonly seed: number;
  readonly durationMs: number;
}): Promise<SoakResult> {
  const { seed, durationMs } = options;
  const random = seededRandom(seed);
  const problems: string[] = [];
  const counts = new Map<string, number>();
  const samples: Sample[] = [];
  const ages: { atMs: number; ageMs: number }[] = [];
  const begunAt = performance.now();
  const elapsed = () => performance.now() - begunAt;
  const complain = (problem: string) => {
    problems.push(`${(elapsed() / 1000).toFixed(1)} s: ${problem}`);
  };
  const note = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  let lively = false;
  let joins = 0;

  const port = await freePort();
  const relay = new RelayHost(port, complain);
  await relay.start();
  const tokens = new Tokens();
  const all: readonly Household[] = await households({
    port,
    random,
    onProblem: complain,
    onUpdate: ({ capturedAt, tiles }, first) => {
      const ageMs = performance.timeOrigin + performance.now() - capturedAt;
      if (lively && !first && tiles.length > 0) ages.push({ atMs: elapsed(), ageMs });
    },
  });
  const troubling = ownRandom(random);
  const town: Town = {
    port,
    random: ownRandom(random),
    rooms: all.map(({ room }) => room),
    generationOf: (name) => {
      const producer = all.find(({ room }) => room === name)?.producer;
      return producer && "generation" in producer ? producer.generation : undefined;
    },
    era: () => relay.era,
    complain,
    note,
  };

  async function quiet(): Promise<void> {
    for (const wrong of await differences(all, { port, tokens, alone: true })) complain(wrong);
    const known = samples.findLast(({ era }) => era === relay.era);
    const { era = 0 } = relay;
    // Sockets of those who have just left may take a moment to be gone, and those who stay may be on their way back.
    let before: number | undefined;
    let same = 0;
    const open = await eventually(
      async () => {
        const count = relay.openFiles;
        same = count === before ? same + 1 : 0;
        before = count;
        return count;
      },
      (count) => same >= SETTLED_ASKS && (known === undefined || count === known.openFiles),
      5000,
    );
    samples.push({ atMs: elapsed(), era, joins, rssMb: relay.rssMb, openFiles: open });
  }

  /** Troubles producers until all visits are over, and compares in between: another size would heal what is wrong. */
  async function troubleDuring(visits: Promise<number>): Promise<void> {
    for (;;) {
      const calm = troubleProducers(all, { random: troubling, note });
      const pause = new Promise((resolve) => setTimeout(resolve, GLANCE_INTERVAL_MS));
      const left = await Promise.race([visits, pause.then(() => undefined)]);
      calm();
      if (left !== undefined) return;
      for (const wrong of await differences(all, { port, tokens, alone: false })) complain(wrong);
      note("glances");
    }
  }

  async function restartAfter(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    await relay.stop();
    await relay.start();
  }

  const phaseMs = Math.min(MAX_PHASE_MS, Math.max(MIN_PHASE_MS, durationMs / 20));
  let restarts = 0;
  let judged = 0;
  await quiet();
  await visitCertainly(town, tokens);
  endAllLinks(all, note);
  await quiet();
  const startedAtMs = elapsed();
  const played = () => elapsed() - startedAtMs;
  while (played() < durationMs || judged < MIN_JUDGED_PHASES) {
    const restarting = restarts === 0 || (judged === 0 && played() < durationMs * RESTARTING_SHARE);
    lively = !restarting;
    const visits = churn(town, tokens, phaseMs);
    if (restarting) await restartAfter(random() * phaseMs);
    await troubleDuring(visits);
    joins += await visits;
    if (restarting) restarts++;
    else judged++;
    lively = false;
    await quiet();
  }

  const last = samples.at(-1)?.openFiles ?? 0;
  for (const one of all) moveOut(one);
  const left = all.reduce((sum, one) => sum + 1 + one.viewers.length + one.watchers.length, 0);
  const openFiles = await eventually(
    async () => relay.openFiles,
    (count) => count <= last - left,
  );
  await relay.stop();
  return { samples, ages, emptied: { openFiles, left }, restarts, problems, counts };
}
