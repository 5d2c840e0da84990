/** Control of `start`: sharing ends when any of its programs is killed, but not when the readers of its output end. */

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import jpegJs from "jpeg-js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { VirtualDesktop } from "./support/desktop.ts";
import { freePort } from "./support/ports.ts";
import { Program } from "./support/programs.ts";
import { Mark } from "./support/session.ts";
import { eventually } from "./support/wait.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Long enough for a build on a slow machine. */
const START_LIMIT_MS = 150_000;
const TEST_LIMIT_MS = 240_000;
const SECRET = "a-secret-that-only-the-relay-may-see";
const RELAY = /apps\/relay\/dist\/main\.js/;
const AGENT = /apps\/capture\/dist\/main\.js/;
const START = /^\S*node\S* start\.mjs/;

let mark: Mark;
let port: number;
beforeEach(async () => {
  mark = new Mark();
  port = await freePort();
});
afterEach(() => mark.kill());

/** Runs a shell command in the project's folder. */
function run(command: string, env: Record<string, string> = {}): Program {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...inherited } = process.env;
  const child = spawn("sh", ["-c", command], {
    cwd: root,
    env: { ...inherited, PORT: String(port), ...mark.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Program(child);
}

async function nothingIsLeft(): Promise<void> {
  const left = await eventually(
    async () => mark.processes().map(({ command }) => command),
    (commands) => commands.length === 0,
  );
  expect(left).toEqual([]);
  const probe = createServer();
  const free = await new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
  expect(free).toBe(true);
}

const snapshot = () => fetch(`http://localhost:${port}/snapshot.jpg`);

/** A room has no picture until the agent's first one has arrived. */
async function isShared(): Promise<void> {
  const status = await eventually(
    async () => (await snapshot()).status,
    (one) => one === 200,
  );
  expect(status).toBe(200);
}

it.each([
  ["the launcher's own launcher", "npx --yes pnpm@10 start", /^npm exec/],
  ["pnpm", "npx --yes pnpm@10 start", /pnpm(\.cjs)? start/],
  ["the script itself", "npx --yes pnpm@10 start", START],
  ["the script itself, without a launcher,", "exec node start.mjs", START],
])(
  "everything ends when %s is killed",
  async (_, command, victim) => {
    const everything = run(command);
    await everything.until(/Sharing/, START_LIMIT_MS);
    await isShared();
    process.kill(mark.process(victim).pid, "SIGKILL");
    await nothingIsLeft();
  },
  TEST_LIMIT_MS,
);

it(
  "everything ends when the terminal is closed",
  async () => {
    const everything = run("npx --yes pnpm@10 start");
    await everything.until(/Sharing/, START_LIMIT_MS);
    // The kernel sends the signal to all processes of a terminal at once.
    for (const { pid } of mark.processes()) process.kill(pid, "SIGHUP");
    await nothingIsLeft();
  },
  TEST_LIMIT_MS,
);

it(
  "sharing continues after a program has read the link and closed the pipe, until the script is stopped",
  async () => {
    const pipeline = run("node start.mjs 2>&1 | grep -m1 'Viewer link'");
    await pipeline.until(/Viewer link: \S+\n/, START_LIMIT_MS);
    // Each of these makes the agent write to the closed pipe.
    for (let i = 0; i < 5; i++) await isShared();
    process.kill(mark.process(START).pid, "SIGTERM");
    await nothingIsLeft();
  },
  TEST_LIMIT_MS,
);

it(
  "the agent and the build never see the relay's secret",
  async () => {
    const everything = run(`exec node start.mjs --port ${port}`, {
      AUTH_SECRET: SECRET,
      PORT: "1",
    });
    const seen: string[] = [];
    const watch = setInterval(() => {
      for (const { command, environment } of mark.processes()) {
        if (Object.values(environment).includes(SECRET)) seen.push(command);
      }
    }, 20);
    await everything.until(/Sharing/, START_LIMIT_MS);
    clearInterval(watch);
    expect(mark.process(RELAY).environment.AUTH_SECRET).toBe(SECRET);
    expect(mark.process(AGENT).environment).not.toHaveProperty("AUTH_SECRET");
    const allowed = [START, /^sh /, RELAY, /apps\/relay\/dist\/mint\.js/];
    expect(seen.filter((command) => !allowed.some((one) => one.test(command)))).toEqual([]);
    await everything.end("SIGTERM");
    await nothingIsLeft();
  },
  TEST_LIMIT_MS,
);

it(
  "the screen replaces the test card when the desktop starts later",
  async () => {
    const before = await VirtualDesktop.start({ width: 800, height: 600 });
    await before.stop();
    const everything = run("exec node start.mjs", { DISPLAY: before.display });
    await everything.until(/no display.*test card.*Sharing/is, START_LIMIT_MS);
    const size = async () => {
      const { width, height } = jpegJs.decode(await (await snapshot()).arrayBuffer());
      return `${width}x${height}`;
    };
    await isShared();
    expect(await size()).toBe("1280x720");
    const desktop = await VirtualDesktop.start({ width: 800, height: 600 }, before.display);
    expect(await eventually(size, (one) => one === "800x600")).toBe("800x600");
    await everything.end("SIGTERM");
    await desktop.stop();
    await nothingIsLeft();
  },
  TEST_LIMIT_MS,
);
