/** A session is recorded and replayed: the real agent on a real desktop, the built relay, Chromium. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import type { Browser, Page } from "playwright-core";
import { afterAll, describe, expect } from "vitest";
import { canvasPixels, likeness, openViewer } from "./support/browser.ts";
import { VirtualDesktop } from "./support/desktop.ts";
import { ALIKE_DB, colourCount, type Pixels } from "./support/pixels.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay, startReplay } from "./support/programs.ts";
import { it } from "./support/test.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { eventually } from "./support/wait.ts";

const SIZE = { width: 1000, height: 640 } as const;

let browser: Browser;
let desktop: VirtualDesktop;
let port: number;
let relay: Program;
let file: string;
let env: { readonly XDG_DATA_HOME: string };
let tokens: { readonly [name in "main" | "again"]: string };
/** The desktop in Chromium at the end. */
let last: Pixels;

it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
  desktop = await VirtualDesktop.start(SIZE);
  await desktop.finish("xsetroot", "-solid", "#336699");
  const style = ["-fa", "DejaVu Sans Mono", "-fs", "12", "-xrm", "*cursorBlink: false"];
  desktop.run("xterm", "-geometry", "80x24+20+20", ...style, "-e", "cat");
  await eventually(
    () => desktop.pixels(),
    (pixels) => colourCount(pixels) > 2,
  );
  port = await freePort();
  relay = await startRelay(port, { AUTH_SECRET: SECRET });
  const folder = mkdtempSync(path.join(tmpdir(), "recorded-"));
  file = path.join(folder, "session.recording");
  env = { XDG_DATA_HOME: path.join(folder, "data") };
  const [main, again] = await Promise.all([
    mint({ role: "producer", room: "main" }),
    mint({ role: "producer", room: "again" }),
  ]);
  tokens = { main, again };
});
afterAll(async () => {
  await relay.end("SIGTERM");
  await desktop.stop();
});

async function watch(room: string): Promise<Page> {
  const token = await mint({ role: "viewer", room });
  return await openViewer(browser, port, `#room=${room}&token=${token}`);
}

/** Whether this many of the newest updates contained no change. */
function restingFor({ updates }: TestViewer, count: number): boolean {
  const newest = updates.slice(-count);
  return newest.length === count && newest.every(({ tiles }) => tiles === 0);
}

describe("a session", () => {
  it("is recorded while someone types", async () => {
    const agent = startAgent(
      { port, display: desktop.display, args: ["--record", file] },
      { ...env, PRODUCER_TOKEN: tokens.main },
    );
    await agent.until(/recording to .*session\.recording/);
    const page = await watch("main");
    expect(await likeness(page, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
    for (const words of ["the quick brown fox ", "jumps over ", "the lazy dog"]) {
      await desktop.finish("xdotool", "mousemove", "200", "200", "type", words);
    }
    expect(await likeness(page, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
    // Once the agent only reports that the picture is current, it has nothing more to send or repaint.
    const viewer = new TestViewer(port, { token: await mint({ role: "viewer", room: "main" }) });
    await viewer.until(() => restingFor(viewer, 2));
    viewer.close();
    const shown = await canvasPixels(page);
    if (!shown) throw new Error("nothing is shown");
    last = shown;
    await agent.end("SIGINT");
    expect(agent.output).toMatch(/recorded \d+ updates/);
    await page.close();
  });

  it("is readable only by its user, and contains no token, name or secret", async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file);
    expect(bytes.length).toBeGreaterThan(10_000);
    const agents = path.join(env.XDG_DATA_HOME, "screen-share", "agents");
    const identities = await Promise.all(
      (await readdir(agents)).map(async (name) => await readFile(path.join(agents, name), "utf8")),
    );
    const secrets = identities.flatMap((text) => Object.values<string>(JSON.parse(text)));
    expect(secrets.length).toBeGreaterThanOrEqual(2);
    const places = ["hello", "localhost", "token", String(port), hostname()];
    for (const secret of [...secrets, ...places, tokens.main, SECRET]) {
      expect(bytes.includes(secret), secret).toBe(false);
    }
  });

  it.each(["1", "20"])("is replayed pixel for pixel at speed %s", async (speed) => {
    const page = await watch("again");
    const args = [file, "--room", "again", "--speed", speed];
    const replay = startReplay({ port, args }, { ...env, PRODUCER_TOKEN: tokens.again });
    await replay.until(/played to the end/);
    const same = await eventually(
      async () => {
        const shown = await canvasPixels(page);
        return shown !== undefined && Buffer.compare(shown.data, last.data) === 0;
      },
      (is) => is,
    );
    expect(same).toBe(true);
    expect(await replay.end("SIGINT")).toBe(0);
    await page.close();
  });

  it("that is being replayed yields to --end-links, and ends with it", async () => {
    const again = { ...env, PRODUCER_TOKEN: tokens.again };
    const replay = startReplay({ port, args: [file, "--room", "again", "--loop"] }, again);
    await replay.until(/Viewer link/);
    const left = once(replay.process, "exit");
    const ending = startAgent({ port, args: ["--room", "again", "--end-links"] }, again);
    await ending.until(/All viewer links given out for room "again" are revoked/);
    expect(await left).toEqual([0, null]);
    expect(replay.output).toContain("all links given out were revoked, so the replay ends as well");
  });

  it("can be inspected without a relay", async () => {
    const info = startReplay({ port, args: ["--info", file] });
    await once(info.process, "exit");
    expect(info.output).toMatch(/pictures +1000×640 \(jpeg-tiles\)\n/);
    expect(info.output).toMatch(/end +whole\n/);
  });

  it("is readable up to its last complete record after the agent was killed", async () => {
    const killed = path.join(path.dirname(file), "killed.recording");
    const agent = startAgent(
      { port, display: desktop.display, args: ["--record", killed] },
      { ...env, PRODUCER_TOKEN: tokens.main },
    );
    await eventually(
      async () => statSync(killed, { throwIfNoEntry: false })?.size ?? 0,
      (size) => size > 10_000,
    );
    await agent.end("SIGKILL");
    const info = startReplay({ port, args: ["--info", killed] });
    await once(info.process, "exit");
    expect(info.output).toMatch(/updates +[1-9]/);
    expect(info.output).not.toMatch(/damaged/);
  });

  it("delays neither sharing nor the agent's exit if the disk hangs", async () => {
    const stuck = path.join(path.dirname(file), "stuck.recording");
    const agent = startAgent(
      { port, args: ["--source", "test", "--record", stuck] },
      { ...env, PRODUCER_TOKEN: tokens.main },
    );
    await agent.until(/connected to the relay/);
    const viewer = new TestViewer(port, { token: await mint({ role: "viewer", room: "main" }) });
    await viewer.until(() => viewer.updates.length > 0);
    const { pid } = agent.process;
    const writer = Number(await readFile(`/proc/${pid}/task/${pid}/children`, "utf8"));
    // As if it were waiting for the disk.
    process.kill(writer, "SIGSTOP");
    const before = viewer.updates.length;
    await viewer.until(() => viewer.updates.length > before + 5);
    viewer.close();
    expect(await agent.end("SIGINT")).toBe(0);
    expect(agent.output).toMatch(/the end of the recording .*stuck\.recording is missing/);
    // It still writes what it was given before.
    const size = statSync(stuck).size;
    process.kill(writer, "SIGCONT");
    await eventually(
      async () => statSync(stuck).size,
      (now) => now > size,
    );
  });
});
