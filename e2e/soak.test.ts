/**
 * The relay over time, with moving rooms, and clients of every kind that come and go. Takes half a minute, five minutes with LONG=1, or
 * SOAK_MINUTES. SOAK_SEED repeats the choices of a run, but not its timing. SOAK_REPORT=1 prints a report.
 */
import { expect, it } from "vitest";
import { describeSoak, judge } from "./support/soak/report.ts";
import { soak } from "./support/soak/soak.ts";

const MINUTES = Number(process.env.SOAK_MINUTES || (process.env.LONG === "1" ? 5 : 0.5));
const SEED = Number(process.env.SOAK_SEED || Math.floor(Math.random() * 2 ** 31));
/** Garbage changes resident memory by more than a leak of a few minutes would. */
const MAX_GROWTH_MB = 30;
/** Time for the system to settle in quiet moments, and at the end. */
const SPARE_MS = 120_000;

it(
  "while clients come and go, the relay's pictures stay right, and its memory and open files stay flat",
  async () => {
    const result = await soak({ seed: SEED, durationMs: MINUTES * 60_000 });
    const report = `SOAK_SEED=${SEED} SOAK_MINUTES=${MINUTES}\n${describeSoak(result)}\n`;
    if (process.env.SOAK_REPORT || MINUTES > 1) process.stdout.write(report);

    expect(result.problems, report).toEqual([]);
    const { rssMb, openFiles } = judge(result);
    expect(rssMb.late, report).toBeLessThanOrEqual(rssMb.early + MAX_GROWTH_MB);
    expect(new Set(openFiles).size, report).toBe(1);
    const { emptied } = result;
    expect(emptied.openFiles, report).toBe((openFiles.at(-1) ?? 0) - emptied.left);
    // Without these, the run has tested nothing.
    expect(result.restarts, report).toBeGreaterThan(0);
    const happened = [...result.counts.keys()].join("\n");
    for (const what of ["expires: 4401", "behaves: welcomed", "intrudes: 4000", "ends its links"]) {
      expect(happened, report).toContain(what);
    }
  },
  MINUTES * 60_000 + SPARE_MS,
);
