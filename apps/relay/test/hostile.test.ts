/**
 * A relay under attack, by strangers and by clients with tokens, while a room continues beside them. What is expected is in the files
 * of `test/attacks`. With HOSTILE_REPORT=1, a table shows what happened.
 */

import { connect } from "@screen-share/protocol/testing/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Attacks } from "./attacks/attack.ts";
import { controlAttacks } from "./attacks/control.ts";
import { floodAttacks, MAX_ROOMS, namesAttacks, slowFloodAttacks } from "./attacks/floods.ts";
import { frameAttacks, slowFrameAttacks } from "./attacks/frames.ts";
import { httpAttacks, slowHttpAttacks } from "./attacks/http.ts";
import { Members } from "./attacks/members.ts";
import { mutationAttacks } from "./attacks/mutations.ts";
import { RelayProcess } from "./attacks/relay-process.ts";
import { updateAttacks } from "./attacks/updates.ts";
import { get } from "./live-relay.ts";
import { SECRET } from "./tokens.ts";

/** What a second round may leave behind, MB: in JavaScript, and in total, where allocators keep more than is in use. */
const GROWTH_MB = { held: 8, rss: 120 };
/** The most that the relay may hold, MB. */
const PEAK_MB = 600;
const SLOWEST_MS = 5000;
/** The library checks for hanging sockets every 4 s, and allows up to 16 s. */
const SETTLING_MS = 24_000;

const attacks: Attacks = {
  ...controlAttacks,
  ...updateAttacks,
  ...frameAttacks,
  ...mutationAttacks,
  ...httpAttacks,
  ...floodAttacks,
};
const slowAttacks: Attacks = { ...slowFrameAttacks, ...slowHttpAttacks, ...slowFloodAttacks };
const all: Attacks = { ...attacks, ...slowAttacks, ...namesAttacks };
/** How often each outcome of an attack came. */
const outcomes = new Map(Object.keys(all).map((name) => [name, new Map<string, number>()]));

let relay: RelayProcess;
beforeAll(async () => {
  relay = await RelayProcess.start({
    AUTH_SECRET: SECRET,
    MAX_ROOMS: String(MAX_ROOMS),
    MAX_MESSAGE_BYTES: String(2 ** 20),
    PICTURE_TTL: "1s",
    LOG_LEVEL: "info",
  });
});
afterAll(() => relay.stop());

async function carryOut(name: string): Promise<void> {
  const counts = outcomes.get(name);
  for (const outcome of (await all[name]?.run(relay.port)) ?? []) {
    counts?.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
}

/** Every attack once, one after another, with the slow ones in parallel. */
async function round(): Promise<void> {
  const slow = Object.keys(slowAttacks).map(carryOut);
  for (const name of Object.keys(attacks)) await carryOut(name);
  await Promise.all(slow);
  for (const name of Object.keys(namesAttacks)) await carryOut(name);
}

/** Waits until all descriptors of attackers are closed. */
async function settled(fds: number): Promise<void> {
  const until = performance.now() + SETTLING_MS;
  while (relay.fds > fds && performance.now() < until) {
    await new Promise((next) => setTimeout(next, 200));
  }
  expect(relay.fds).toBeLessThanOrEqual(fds);
}

/** Hundreds of clients that connect and disconnect, so that garbage is collected. */
async function churn(): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const client = await connect(relay, "/ws/viewer", { plain: true });
    await client.closed;
  }
}

function report(figures: Readonly<Record<string, unknown>>): void {
  // biome-ignore lint/style/noProcessEnv: no setting, but how a person asks for the table.
  if (process.env.HOSTILE_REPORT !== "1") return;
  const rows = [...outcomes].map(([name, counts]) => {
    const tries = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const told = [...counts].map(([outcome, count]) => `${outcome} × ${count}`).join(", ");
    return `| ${name} | ${tries} | ${told} |`;
  });
  const head = ["| case | tries | what happened |", "|---|---|---|"];
  process.stdout.write(`${[...head, ...rows].join("\n")}\n\n${JSON.stringify(figures)}\n`);
}

it("a relay under attack keeps its rooms running, closes attackers with a reason, and keeps no memory of them (P-2 … P-89)", async () => {
  const members = await Members.gather(relay.port);
  const fds = relay.fds;
  let peakMb = 0;
  const watch = setInterval(() => {
    if (relay.exit === undefined) peakMb = Math.max(peakMb, relay.rssMb);
  }, 50);
  const memory = [await relay.memory()];
  for (const _ of [1, 2]) {
    await round();
    await settled(fds);
    await churn();
    await settled(fds);
    memory.push(await relay.memory());
  }
  clearInterval(watch);
  const [picture, ...shown] = await members.stop();
  const { updates, slowestMs } = members;
  report({ memory, peakMb, fds, fdsAfter: relay.fds, updates, slowestMs });

  expect(relay.exit).toBeUndefined();
  expect((await get(relay, "/healthz")).status).toBe(200);
  for (const [name, counts] of outcomes) {
    const wrong = [...counts.keys()].filter((outcome) => !all[name]?.allowed.includes(outcome));
    expect([name, counts.size > 0, wrong]).toEqual([name, true, []]);
  }
  expect(updates).toBeGreaterThan(100);
  for (const each of shown) expect(each).toEqual(picture);
  expect(slowestMs).toBeLessThan(SLOWEST_MS);
  const [, first, second] = memory;
  if (!first || !second) throw new Error("both rounds were measured");
  expect(second.heldMb - first.heldMb).toBeLessThan(GROWTH_MB.held);
  expect(second.rssMb - first.rssMb).toBeLessThan(GROWTH_MB.rss);
  expect(peakMb).toBeLessThan(PEAK_MB);
  // Every token begins like this.
  expect(relay.log).not.toContain("eyJ");
  expect(relay.log).toContain("connection closed");
}, 240_000);
