/** What the relay costs beyond its library: its CPU compared with that of bare uWebSockets.js, for the same clients and bytes. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { encodeControl, encodeUpdate, SUBPROTOCOL, type Tile } from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { usageOf } from "@screen-share/protocol/testing/process-usage";
import WebSocket from "ws";
import { freePort } from "../../e2e/support/ports.ts";
import { startRelay } from "../../e2e/support/programs.ts";
import { digits, heading, table } from "../report.ts";
import type { AudienceReport } from "./audience.ts";

const VIEWERS = 1000;
const SECONDS = 10;
/** The windows of viewers grow with the first updates. These are not measured, and so few that each is applied before the next. */
const GROWTH = { seconds: 8, fps: 2 } as const;
/** Then the pace is that of the measurement, until the server's code is compiled. */
const WARM_UP_SECONDS = 5;
/** How often each server is measured, alternately. */
const ROUNDS = 3;
/** How much changes, and how often. */
const CELLS = [
  { bytes: 8 * 1024, fps: 30 },
  { bytes: 60 * 1024, fps: 10 },
] as const;
const SIZE = { width: 1280, height: 720 };

type Cell = (typeof CELLS)[number];

interface Cost {
  /** A fraction of one core. */
  readonly cpu: number;
  /** The share of the updates sent to each viewer that arrived. */
  readonly arrived: number;
}

export async function floorBench(): Promise<void> {
  heading(`${VIEWERS} viewers beside bare uWebSockets.js, ${ROUNDS} × ${SECONDS} s each, loopback`);
  const rows: Record<string, string>[] = [];
  for (const cell of CELLS) {
    const [floor, relay]: [Cost[], Cost[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      floor.push(await measureFloor(cell));
      relay.push(await measureRelay(cell));
    }
    const [bare, ours] = [mean(floor.map(({ cpu }) => cpu)), mean(relay.map(({ cpu }) => cpu))];
    rows.push({
      update: `${cell.bytes / 1024} KiB × ${cell.fps}`,
      "floor CPU %": digits(100 * bare),
      "relay CPU %": digits(100 * ours),
      ratio: (ours / bare).toFixed(2),
      "arrived floor/relay %": [floor, relay]
        .map((costs) => digits(100 * mean(costs.map(({ arrived }) => arrived))))
        .join("/"),
    });
  }
  table(rows);
}

async function measureFloor(cell: Cell): Promise<Cost> {
  const server = start("floor-server");
  const [port] = (await once(server, "message")) as [number];
  const cost = await measure(cell, { port, pid: server.pid ?? 0 });
  server.kill();
  await once(server, "exit");
  return cost;
}

async function measureRelay(cell: Cell): Promise<Cost> {
  const port = await freePort();
  const relay = await startRelay(port, {
    LOG_LEVEL: "warn",
    MAX_VIEWERS_PER_ROOM: String(VIEWERS),
  });
  const cost = await measure(cell, { port, pid: relay.process.pid ?? 0 });
  await relay.end("SIGTERM");
  return cost;
}

async function measure(
  { bytes, fps }: Cell,
  { port, pid }: { readonly port: number; readonly pid: number },
): Promise<Cost> {
  const { tables, tiles } = encodeTiles(screenLike(SIZE), 90);
  const producer = new WebSocket(`ws://localhost:${port}/ws/producer`, SUBPROTOCOL, {
    perMessageDeflate: false,
  });
  await once(producer, "open");
  const stream = { codec: "jpeg-tiles" as const, ...SIZE, tables: [tables] };
  producer.send(encodeControl({ type: "hello", room: "main", producerId: "0".repeat(32) }));
  await once(producer, "message");
  producer.send(encodeControl({ type: "stream", epoch: 1, stream }));
  const send = (tiles: readonly Tile[], keyframe: boolean) => {
    const capturedAt = performance.timeOrigin + performance.now();
    const times = { capturedAt, encodedAt: capturedAt, relayedAt: 0 };
    producer.send(encodeUpdate({ keyframe, cut: false, epoch: 1, ...times, tiles }));
  };
  send(tiles, true);
  const audience = start("audience", [String(port), String(VIEWERS)]);
  await once(audience, "message");
  const changing = upTo(tiles, bytes);
  const play = async ({ seconds, fps }: { readonly seconds: number; readonly fps: number }) => {
    const begun = performance.now();
    for (let i = 1; i <= fps * seconds; i++) {
      await pause(begun + (i * 1000) / fps - performance.now());
      send(changing, false);
    }
    await pause(1000);
  };
  await pause(2000);
  await play(GROWTH);
  await play({ seconds: WARM_UP_SECONDS, fps });
  const before = { ...usageOf(pid), updates: await updatesOf(audience) };
  await play({ seconds: SECONDS, fps });
  const { cpuSeconds } = usageOf(pid);
  const updates = (await updatesOf(audience)) - before.updates;
  producer.terminate();
  audience.kill();
  await once(audience, "exit");
  return {
    cpu: (cpuSeconds - before.cpuSeconds) / SECONDS,
    arrived: updates / (VIEWERS * fps * SECONDS),
  };
}

/** The number of tiles that have about this many bytes. */
function upTo(tiles: readonly Tile[], bytes: number): readonly Tile[] {
  let sum = 0;
  return tiles.filter((tile) => {
    sum += tile.bytes.length;
    return sum <= bytes;
  });
}

async function updatesOf(audience: ChildProcess): Promise<number> {
  audience.send("report");
  const [{ updates }] = (await once(audience, "message")) as [AudienceReport];
  return updates;
}

function start(name: string, args: readonly string[] = []): ChildProcess {
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  return fork(script, args, { execArgv: ["--import", "tsx"] });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
