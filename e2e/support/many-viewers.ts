/**
 * A process with many v1 viewers, separate from the measuring process. Arguments: port, number of viewers, token. Sends "here" once all
 * have the picture, and a report after all have lost it and have it again.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { wallNow } from "@screen-share/protocol/testing/connect";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";

export type ViewersReturn = ReturnType<typeof report>;

const [port, count, token = ""] = process.argv.slice(2);
const problems: string[] = [];
/** How often each close code arrived; 1006 if the connection was cut off or never made. */
const codes: Record<number, number> = {};
const waiting = new Set<number>();
/** When each was welcomed again, ms since 1970. */
const welcomedAt: number[] = [];
/** When each had the whole picture again, which needs the producer to be back, too. */
const backAt: number[] = [];
let here = false;
const delay = monitorEventLoopDelay({ resolution: 10 });

const viewers = Array.from({ length: Number(count) }, (_, i) => {
  waiting.add(i);
  return new TestViewer(Number(port), {
    token,
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

function report() {
  /** Must be one. */
  const pictures = new Set(
    viewers.map(({ replica }) =>
      Buffer.concat(replica.shown?.since(0).map(({ bytes }) => bytes) ?? []).toString("base64"),
    ),
  );
  return { welcomedAt, backAt, codes, problems, pictures: pictures.size, stallMs: delay.max / 1e6 };
}
