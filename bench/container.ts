/**
 * The relay's image on small rented machines: how long it takes to start, and what many viewers cost. Needs docker and the image:
 * RELAY_IMAGE, or the one that docs/docker.md builds. Linux only, since it uses the machine's own network.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { usageOf } from "@screen-share/protocol/testing/process-usage";
import WebSocket from "ws";
import { freePort } from "../e2e/support/ports.ts";
import { cells, FPS, measure, SECONDS, startProducer } from "./fan-out/measure.ts";
import { digits, heading, say, table } from "./report.ts";

const IMAGE = process.env.RELAY_IMAGE || "screen-share-relay";
const MACHINES = ["256m", "512m"] as const;
const CROWDS = [500, 1000] as const;
const DESKTOP = { width: 1920, height: 1080 };
const DESKTOP_QUALITY = 60;
const STUCK_PICTURES = 40;
const STUCK_INTERVAL_MS = 200;
const STARTS = 5;
const MAX_START_MS = 30_000;
const POLL_MS = 5;
/** Until the memory that starting took is released. */
const SETTLE_MS = 5000;

async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.env.DOCKER || "docker", args);
  return stdout.trim();
}

interface Running {
  readonly id: string;
  readonly port: number;
  readonly pid: number;
  /** From `docker run` to its first answer, ms. */
  readonly startMs: number;
}

async function start(memory: string): Promise<Running> {
  const port = await freePort();
  const settings = [
    "HOST=127.0.0.1",
    `PORT=${port}`,
    "LOG_LEVEL=warn",
    "MAX_VIEWERS_PER_ROOM=2000",
  ];
  const machine = [`--memory=${memory}`, "--cpus=1", "--read-only", "--cap-drop=ALL"];
  const env = settings.flatMap((setting) => ["--env", setting]);
  const begun = performance.now();
  const id = await docker("run", "--detach", "--network=host", ...machine, ...env, IMAGE);
  while (!(await answers(port))) {
    if (performance.now() - begun > MAX_START_MS) throw new Error(await docker("logs", id));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const startMs = performance.now() - begun;
  return { id, port, startMs, pid: Number(await docker("inspect", "-f", "{{.State.Pid}}", id)) };
}

async function answers(port: number): Promise<boolean> {
  return await fetch(`http://localhost:${port}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function end({ id }: Running): Promise<void> {
  await docker("rm", "--force", id);
}

async function measureStarts(): Promise<void> {
  const starts: number[] = [];
  let idleMb = 0;
  for (let i = 0; i < STARTS; i++) {
    const running = await start(MACHINES[0]);
    starts.push(running.startMs);
    if (i === STARTS - 1) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      idleMb = usageOf(running.pid).rssMb;
    }
    await end(running);
  }
  say(`From \`docker run\` to the first answer, ms: ${starts.map(digits).join(", ")}`);
  say(`RSS idle, MB: ${digits(idleMb)}\n`);
}

async function measureCrowd(memory: string, viewers: number): Promise<Record<string, string>> {
  const running = await start(memory);
  const { send, stop } = await startProducer(running.port);
  const run = await measure({ ...running, kind: "mixed", viewers, send });
  stop();
  await end(running);
  return { container: `${memory}, ${viewers} viewers`, ...cells(run) };
}

/** What is held for viewers that have stopped reading, in the relay and in the kernel. */
async function measureStuck(memory: string, viewers: number): Promise<Record<string, string>> {
  const running = await start(memory);
  const { send, stop } = await startProducer(running.port, DESKTOP, DESKTOP_QUALITY);
  const url = `ws://localhost:${running.port}/ws/viewer`;
  const stuck: WebSocket[] = [];
  for (let i = 0; i < viewers; i++) {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await once(socket, "open");
    socket.pause();
    stuck.push(socket);
  }
  for (let i = 0; i < STUCK_PICTURES; i++) {
    send(i);
    await new Promise((resolve) => setTimeout(resolve, STUCK_INTERVAL_MS));
  }
  const { rssMb } = usageOf(running.pid);
  const kernelMb = unsentBytes(running.port) / 2 ** 20;
  stop();
  for (const socket of stuck) socket.terminate();
  await end(running);
  const container = `${memory}, ${viewers} that do not read`;
  return { container, "RSS MB": digits(rssMb), "unsent in the kernel MB": digits(kernelMb) };
}

/** What the kernel holds for all connections to this port, from /proc/net/tcp (proc(5)). Addresses and queues are hexadecimal. */
function unsentBytes(port: number): number {
  const local = new RegExp(
    `^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, "0")} \\S+ 01 ([0-9A-F]+):`,
    "gm",
  );
  const text = readFileSync("/proc/net/tcp", "utf8");
  return [...text.matchAll(local)].reduce((sum, [, queue]) => sum + Number(`0x${queue}`), 0);
}

export async function containerBench(): Promise<void> {
  heading(`The container, one CPU, ${FPS} fps for ${SECONDS} s, loopback`);
  await measureStarts();
  const rows: Record<string, string>[] = [];
  for (const memory of MACHINES) {
    for (const viewers of CROWDS) rows.push(await measureCrowd(memory, viewers));
  }
  table(rows);
  say("\nPlain viewers that no longer read a 1920×1080 desktop of 343 KB:\n");
  table([await measureStuck("256m", CROWDS[0]), await measureStuck("256m", CROWDS[1])]);
}
