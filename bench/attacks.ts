/**
 * Attacks a relay that has 256 MB, with one attack at a time and a new relay for each, beside an honest room. Measures how late the room's
 * viewer gets its updates, the relay's peak memory, and how long until it is released. Each attack takes ATTACK_SECONDS (60); ATTACK selects
 * attacks by a part of their names. Needs root on Linux.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "../e2e/support/ports.ts";
import { percentile } from "../e2e/support/statistics.ts";
import { SECRET } from "../e2e/support/tokens.ts";
import { ATTACKS } from "./attacks/attacks.ts";
import type { HonestReport } from "./attacks/honest-room.ts";
import { LimitedRelay } from "./attacks/limited-relay.ts";
import { digits, heading, say, table } from "./report.ts";

const MEMORY_BYTES = 256 * 2 ** 20;
const QUIET_SECONDS = 5;
const ATTACK_SECONDS = Number(process.env.ATTACK_SECONDS || 60);
const ONLY = process.env.ATTACK;
/** After an attack, the relay's memory must be below this many MB within this many seconds. */
const BACK_MB = 100;
const BACK_SECONDS = 60;
/** As for the machine in fly.toml. */
const SETTINGS = { AUTH_SECRET: SECRET, LOG_LEVEL: "info", MALLOC_MMAP_THRESHOLD_: "262144" };

function start(script: string, ...args: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(`./attacks/${script}`, import.meta.url));
  return fork(file, args, { execArgv: ["--import", "tsx"] });
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

async function report(room: ChildProcess): Promise<HonestReport> {
  room.send("report");
  const [found] = (await once(room, "message")) as [HonestReport];
  return found;
}

async function measure(name: string): Promise<Record<string, string>> {
  const port = await freePort();
  const relay = await LimitedRelay.start(port, MEMORY_BYTES, SETTINGS);
  const room = start("honest-room.ts", String(port));
  await seconds(QUIET_SECONDS);
  await report(room);
  await seconds(QUIET_SECONDS);
  const before = await report(room);
  const attacker = start("attacker.ts", String(port), name);
  await once(attacker, "message");
  await report(room);
  const [cpu, log] = [relay.cpuSeconds, relay.logBytes];
  await seconds(ATTACK_SECONDS);
  const during = await report(room);
  const cpuShare = (relay.cpuSeconds - cpu) / ATTACK_SECONDS;
  const logRate = (relay.logBytes - log) / ATTACK_SECONDS;
  const peak = relay.peakRssMb;
  attacker.send("over");
  const ended = once(attacker, "exit");
  const killing = setTimeout(() => attacker.kill("SIGKILL"), 2000);
  await ended;
  clearTimeout(killing);
  const overAt = performance.now();
  const elapsed = () => (performance.now() - overAt) / 1000;
  while (relay.alive && relay.rssMb >= BACK_MB && elapsed() < BACK_SECONDS) await seconds(0.5);
  const back = relay.rssMb < BACK_MB ? `${digits(elapsed())} s` : `not: ${digits(relay.rssMb)} MB`;
  const row = {
    attack: name,
    "lag before, p99 ms": digits(percentile(before.lagsMs, 0.99)),
    "lag during, p50/p99/max ms": [0.5, 0.99, 1]
      .map((share) => digits(percentile(during.lagsMs, share)))
      .join("/"),
    "lost connections of the honest room": String(during.losses),
    "peak RSS MB": relay.alive ? digits(peak) : "the relay died",
    [`below ${BACK_MB} MB after`]: back,
    "CPU % of a core": digits(cpuShare * 100),
    "log KB/s": digits(logRate / 1000),
  };
  room.disconnect();
  await relay.stop();
  return row;
}

export async function attacksBench(): Promise<void> {
  heading(`Attacks on a relay with 256 MB, ${ATTACK_SECONDS} s each, beside an honest room`);
  const rows: Record<string, string>[] = [];
  for (const name of Object.keys(ATTACKS)) {
    if (ONLY !== undefined && !name.includes(ONLY)) continue;
    rows.push(await measure(name));
    say(JSON.stringify(rows.at(-1)));
  }
  say("");
  table(rows);
}
