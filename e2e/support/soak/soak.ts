/**
 * A soak: a relay, rooms whose members stay, and clients that come and go. Memory and open files are measured in quiet moments between
 * phases; pictures are compared every second. In the first quarter the relay is restarted repeatedly; the rest is judged.
 */
import { seededRandom } from "@screen-share/protocol/testing";
import { openFiles, usageOf } from "@screen-share/protocol/testing/process-usage";
import { freePort } from "../ports.ts";
import { type Program, startRelay } from "../programs.ts";
import { SECRET } from "../tokens.ts";
import { eventually, sleep } from "../wait.ts";
import { ownRandom, type SoakContext, Tokens } from "./behaviour.ts";
import { churn, visitCertainly } from "./churn.ts";
import { SoakProducer } from "./producer.ts";
import {
  differences,
  disturbProducers,
  endAllLinks,
  fillRooms,
  type RoomMembers,
  removeMembers,
} from "./rooms.ts";

const RESTARTING_SHARE = 1 / 4;
/** Phases of the run that is judged, however slow the machine is. */
const MIN_JUDGED_PHASES = 6;
const MIN_PHASE_MS = 3000;
const MAX_PHASE_MS = 20_000;
const COMPARE_INTERVAL_MS = 1000;
/** The number of open files is stable once this many readings in a row are the same: half a second. */
const SETTLED_READINGS = 10;

export interface Sample {
  readonly atMs: number;
  /** The number of the relay's process. */
  readonly era: number;
  readonly joins: number;
  readonly rssMb: number;
  readonly openFiles: number;
}

export type SoakResult = Awaited<ReturnType<typeof soak>>;

export async function soak({ seed, durationMs }: { seed: number; durationMs: number }) {
  const random = seededRandom(seed);
  const problems: string[] = [];
  /** How often each event happened. */
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
  const all: readonly RoomMembers[] = await fillRooms({
    port,
    random,
    onProblem: complain,
    onUpdate: ({ capturedAt, tiles }, first) => {
      const ageMs = performance.timeOrigin + performance.now() - capturedAt;
      if (lively && !first && tiles.length > 0) ages.push({ atMs: elapsed(), ageMs });
    },
  });
  const disturbing = ownRandom(random);
  const context: SoakContext = {
    port,
    random: ownRandom(random),
    rooms: all.map(({ room }) => room),
    tokens,
    generationOf: (name) => {
      const producer = all.find(({ room }) => room === name)?.producer;
      return producer instanceof SoakProducer ? producer.generation : undefined;
    },
    era: () => relay.era,
    complain,
    note,
  };

  async function quiet(): Promise<void> {
    for (const wrong of await differences(all, { port, tokens, alone: true })) complain(wrong);
    const known = samples.findLast(({ era }) => era === relay.era);
    const { era = 0 } = relay;
    // Sockets of clients that have just left may take a moment to close, and members may be reconnecting.
    let before: number | undefined;
    let same = 0;
    const open = await eventually(
      async () => {
        const count = relay.openFiles;
        same = count === before ? same + 1 : 0;
        before = count;
        return count;
      },
      (count) => same >= SETTLED_READINGS && (known === undefined || count === known.openFiles),
      5000,
    );
    samples.push({ atMs: elapsed(), era, joins, rssMb: relay.rssMb, openFiles: open });
  }

  /** Disturbs producers until all visits are over, and compares in between, since a change of size would hide errors. */
  async function disturbDuring(visits: Promise<number>): Promise<void> {
    for (;;) {
      const calm = disturbProducers(all, { random: disturbing, note });
      const over = await Promise.race([visits, sleep(COMPARE_INTERVAL_MS)]);
      calm();
      if (over !== undefined) return;
      for (const wrong of await differences(all, { port, tokens, alone: false })) complain(wrong);
      note("comparisons");
    }
  }

  const phaseMs = Math.min(MAX_PHASE_MS, Math.max(MIN_PHASE_MS, durationMs / 20));
  let restarts = 0;
  let judged = 0;
  await quiet();
  await visitCertainly(context);
  endAllLinks(all, note);
  await quiet();
  const startedAtMs = elapsed();
  const played = () => elapsed() - startedAtMs;
  while (played() < durationMs || judged < MIN_JUDGED_PHASES) {
    const restarting = restarts === 0 || (judged === 0 && played() < durationMs * RESTARTING_SHARE);
    lively = !restarting;
    const visits = churn(context, phaseMs);
    if (restarting) {
      await sleep(random() * phaseMs);
      await relay.stop();
      await relay.start();
    }
    await disturbDuring(visits);
    joins += await visits;
    if (restarting) restarts++;
    else judged++;
    lively = false;
    await quiet();
  }

  const last = samples.at(-1)?.openFiles ?? 0;
  for (const one of all) removeMembers(one);
  const left = all.reduce((sum, one) => sum + 1 + one.viewers.length + one.watchers.length, 0);
  const openFiles = await eventually(
    async () => relay.openFiles,
    (count) => count <= last - left,
  );
  await relay.stop();
  // Files that the relay held open once all clients had left, and how many had left since the last sample.
  const emptied = { openFiles, left };
  return { samples, ages, emptied, restarts, problems, counts };
}

const MAX_STOP_MS = 15_000;

class RelayHost {
  #program: Program | undefined;
  #era = 0;
  #changing = true;

  constructor(
    readonly port: number,
    private readonly onProblem: (problem: string) => void,
  ) {}

  /** Undefined while it stops or starts. */
  get era(): number | undefined {
    return this.#changing ? undefined : this.#era;
  }

  get rssMb(): number {
    return usageOf(this.#pid).rssMb;
  }

  get openFiles(): number {
    return openFiles(this.#pid);
  }

  async start(): Promise<void> {
    // At this level it logs only problems, so any output is one, on stderr too.
    this.#program = await startRelay(this.port, { AUTH_SECRET: SECRET, LOG_LEVEL: "error" });
    this.#era++;
    this.#changing = false;
    const { process } = this.#program;
    process.once("exit", (code, signal) => {
      if (!this.#changing) this.onProblem(`the relay ended by itself: ${code ?? signal}`);
    });
  }

  async stop(): Promise<void> {
    const program = this.#program;
    if (!program) return;
    this.#changing = true;
    const askedAt = performance.now();
    const code = await program.end("SIGTERM");
    const tookMs = performance.now() - askedAt;
    if (code !== 0) this.onProblem(`the relay ended with ${code} on SIGTERM`);
    if (tookMs > MAX_STOP_MS) this.onProblem(`the relay took ${tookMs.toFixed(0)} ms to end`);
    if (program.output !== "") this.onProblem(`the relay printed: ${program.output.slice(0, 500)}`);
  }

  get #pid(): number {
    const pid = this.#program?.process.pid;
    if (pid === undefined) throw new Error("the relay has not been started");
    return pid;
  }
}
