/**
 * A process of many v1 viewers that come back by themselves, so that what they cost does not disturb who measures. Arguments: port,
 * how many, token. Says "here" once all have the picture; and after all have lost it and have it again, what happened.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { ReturningViewer } from "./returning-viewer.ts";

export interface CrowdReturn {
  /** When each was let in again, ms since 1970. */
  readonly welcomedAt: readonly number[];
  /** When each had the whole picture again, for which the producer has to be back too. */
  readonly backAt: readonly number[];
  /** How often they were closed with which code; 1006: cut off, or nobody there. */
  readonly codes: Readonly<Record<number, number>>;
  /** How many different pictures they have: 1 if all is right. */
  readonly pictures: number;
  readonly problems: readonly string[];
  /** The longest that this process itself was busy, ms. */
  readonly stallMs: number;
}

const [port, count, token = ""] = process.argv.slice(2);
const problems: string[] = [];
const codes: Record<number, number> = {};
const waiting = new Set<number>();
const welcomedAt: number[] = [];
const backAt: number[] = [];
let here = false;
const delay = monitorEventLoopDelay({ resolution: 10 });

const viewers = Array.from({ length: Number(count) }, (_, i) => {
  waiting.add(i);
  return new ReturningViewer({
    port: Number(port),
    room: "main",
    token,
    random: Math.random,
    onProblem: (problem) => problems.push(problem),
    onWelcome: () => {
      if (here) welcomedAt.push(wallNow());
    },
    onUpdate: (_, first) => {
      if (first) has(i);
    },
    onClosed: (code) => lost(i, code),
  });
});

function wallNow(): number {
  return performance.timeOrigin + performance.now();
}

function has(i: number): void {
  waiting.delete(i);
  if (here) backAt.push(wallNow());
  if (waiting.size > 0 || (here && backAt.length < viewers.length)) return;
  if (here) process.send?.(report());
  else process.send?.("here");
  here = true;
  delay.enable();
}

function lost(i: number, code: number): void {
  codes[code] = (codes[code] ?? 0) + 1;
  waiting.add(i);
}

function report(): CrowdReturn {
  const pictures = new Set(
    viewers.map(({ replica }) =>
      Buffer.concat(replica.shown?.since(0).map(({ bytes }) => bytes) ?? []).toString("base64"),
    ),
  );
  return { welcomedAt, backAt, codes, problems, pictures: pictures.size, stallMs: delay.max / 1e6 };
}
