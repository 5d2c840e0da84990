/** Compares the window with other rules on simulated links and prints the results. Virtual time, so the machine does not matter. */

import { Window } from "@screen-share/protocol";
import type { Report } from "@screen-share/protocol/testing/link-measures";
import { ROWS, type Row, TYPING_ROWS } from "@screen-share/protocol/testing/link-scenarios";
import { type Rule, simulate } from "@screen-share/protocol/testing/link-simulation";
import { DesignWindow, NoAcks, RateTimesMinRtt, StopAndWait } from "./links/rules.ts";
import { heading, say, table } from "./report.ts";

const RULES: Readonly<Record<string, () => Rule>> = {
  "no acks": () => new NoAcks(),
  "stop and wait": () => new StopAndWait(),
  "rate × min RTT": () => new RateTimesMinRtt(),
  "first design": () => new DesignWindow(),
  window: () => new Window(),
};
/** If a link is random, the run with the median age out of this many is shown. */
const SEEDS = 5;

export async function linksBench(): Promise<void> {
  heading("Age of a full-motion picture on simulated links, ms: p50 / p95 (use of the link)");
  const reports = new Map(ROWS.map((row) => [row.name, reportsOf(row)]));
  tableOf(reports, (all) =>
    all
      .map(({ ageMs, use }) => `${whole(ageMs.p50)} / ${whole(ageMs.p95)} (${whole(100 * use)} %)`)
      .join(", "),
  );
  say("\nThe oldest tile's age, ms: p50 / p95");
  tableOf(reports, (all) =>
    all.map(({ oldestMs }) => `${whole(oldestMs.p50)} / ${whole(oldestMs.p95)}`).join(", "),
  );
  say("\nWaiting in the kernel and on the link, p95 KB; updates per second");
  tableOf(reports, (all) =>
    all
      .map((one) => `${whole(one.bufferedBytes.p95 / 1000)}; ${whole(one.updatesPerS)}`)
      .join(", "),
  );
  say("\nAfter a stall: time until a whole new picture, ms; old pictures delivered, KB");
  const stalls = [...reports].filter(([name]) => name.includes("stalls for"));
  tableOf(new Map(stalls), (all) =>
    all.map((one) => `${whole(one.recoveryMs)}; ${whole(one.oldBytes / 1000)}`).join(", "),
  );
  say("\nTyping beside a 640×360 video: from keystroke to screen, ms: p50 / p95 (use)");
  tableOf(new Map(TYPING_ROWS.map((row) => [row.name, reportsOf(row)])), (all) =>
    all
      .map(({ keyMs, use }) => `${whole(keyMs.p50)} / ${whole(keyMs.p95)} (${whole(100 * use)} %)`)
      .join(", "),
  );
}

type Reports = ReadonlyMap<string, readonly Report[]>;

function reportsOf({ scenario, random }: Row): Reports {
  const seeds = Array.from({ length: random ? SEEDS : 1 }, (_, i) => i + 1);
  return new Map(
    Object.entries(RULES).map(([name, makeRule]) => {
      const runs = seeds
        .map((seed) => simulate({ ...scenario, seed }, makeRule))
        .sort((a, b) => (a[0]?.ageMs.p50 ?? 0) - (b[0]?.ageMs.p50 ?? 0));
      return [name, runs[Math.floor(seeds.length / 2)] ?? []];
    }),
  );
}

function tableOf(
  rows: ReadonlyMap<string, Reports>,
  cell: (viewers: readonly Report[]) => string,
): void {
  table(
    [...rows].map(([link, reports]) => ({
      link,
      ...Object.fromEntries([...reports].map(([rule, viewers]) => [rule, cell(viewers)])),
    })),
  );
}

function whole(value: number): string {
  return Number.isFinite(value) ? value.toFixed(0) : "–";
}
