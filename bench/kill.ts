/**
 * Kills relay, agent and browser of a running product (SIGKILL), each KILLS (20) times in random order, and restarts them at once. Measures
 * how long until the page shows the whole current desktop again. Then kills the relay a few more times, with a pause that lets all clients
 * reach their longest delay. KILL_SEED repeats an order.
 */
import { seededRandom } from "@screen-share/protocol/testing";
import { percentile } from "../e2e/support/statistics.ts";
import {
  PARTS,
  type ProductPart,
  type Recovery,
  WholeProduct,
} from "../e2e/support/whole-product.ts";
import { killOrder } from "./kill/order.ts";
import { digits, heading, say, table } from "./report.ts";

const KILLS = Number(process.env.KILLS || 20);
const SEED = Number(process.env.KILL_SEED || Math.floor(Math.random() * 2 ** 31));
const AWAYS = Math.ceil(KILLS / 4);
/** Long enough for all clients to reach their longest delay. */
const AWAY_MS = 15_000;
/** What we promise. */
const PROMISED_MS = 5000;

function row(part: string, recoveries: readonly Recovery[]) {
  const blind = recoveries.map(({ blindMs }) => blindMs);
  const down = recoveries.map(({ downMs }) => downMs);
  const s = (ms: number) => digits(ms / 1000);
  return {
    killed: part,
    times: recoveries.length,
    "up again after, s: p50 / max": `${s(percentile(down, 0.5))} / ${s(Math.max(...down))}`,
    "then seen again after, s: p50": s(percentile(blind, 0.5)),
    p95: s(percentile(blind, 0.95)),
    max: s(Math.max(...blind)),
    "over 5 s": blind.filter((ms) => ms > PROMISED_MS).length,
  };
}

export async function killBench(): Promise<void> {
  heading(`Parts killed under load, ${KILLS} times each, KILL_SEED=${SEED}`);
  const random = seededRandom(SEED);
  const product = await WholeProduct.start(random);
  const wrongs: string[] = [];
  const lose = async (part: ProductPart, awayMs?: number) => {
    const recovery = await product.lose(part, awayMs);
    wrongs.push(...(await product.wrongs()).map((wrong) => `after the ${part}: ${wrong}`));
    return recovery;
  };
  const recoveries: Recovery[] = [];
  const aways: Recovery[] = [];
  try {
    for (const part of killOrder(KILLS, random)) recoveries.push(await lose(part));
    for (let i = 0; i < AWAYS; i++) aways.push(await lose("relay", AWAY_MS));
  } finally {
    await product.stop();
  }
  table([
    ...PARTS.map((part) =>
      row(
        part,
        recoveries.filter((recovery) => recovery.part === part),
      ),
    ),
    row("all", recoveries),
    row(`relay, ${AWAY_MS / 1000} s away`, aways),
  ]);
  say(
    "\nUp: the relay listens, the agent shares, the browser opens the page. Seen: the page's clock is at most 1 s old, and all changes are shown.",
  );
  say(`Pictures that were wrong once the desktop was static: ${wrongs.length}.`);
  for (const wrong of wrongs) say(`- ${wrong}`);
}
