/**
 * `pnpm bench [name …]` measures on this machine what docs/figures.md reports. Needs what the tests need, and a build. Compare figures
 * within one run, and ratios between machines and runs.
 */
import { cpus } from "node:os";
import { agentBench } from "./agent.ts";
import { attacksBench } from "./attacks.ts";
import { containerBench } from "./container.ts";
import { fanOutBench } from "./fan-out.ts";
import { flowBench } from "./flow.ts";
import { joinBench } from "./join.ts";
import { killBench } from "./kill.ts";
import { linksBench } from "./links.ts";
import { pageBench } from "./page.ts";
import { viewerBench } from "./viewer.ts";

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  page: pageBench,
  join: joinBench,
  agent: agentBench,
  "fan-out": fanOutBench,
  kill: killBench,
  links: linksBench,
  flow: flowBench,
  container: containerBench,
  attacks: attacksBench,
  viewer: viewerBench,
};
/** They need things that not every machine has. */
const ONLY_IF_ASKED: readonly string[] = ["container", "attacks"];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench called ${unknown.join(", ")}. Choose from: ${Object.keys(BENCHES).join(", ")}.\n`,
  );
  process.exit(1);
}
const [cpu] = cpus();
process.stdout.write(
  `${cpus().length} × ${cpu?.model ?? "unknown CPU"}, Node ${process.version}\n`,
);
for (const [name, bench] of Object.entries(BENCHES)) {
  const wanted = asked.length === 0 ? !ONLY_IF_ASKED.includes(name) : asked.includes(name);
  if (wanted) await bench();
}
