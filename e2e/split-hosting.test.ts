/**
 * The page on one host and the relay on another, as on Vercel and Fly: the page is built by `vercel.json`'s command, served with its
 * headers, and connects to a relay of another origin that has a secret and allows the page's origin.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, describe, expect } from "vitest";
import { canvasColour, viewerState } from "./support/browser.ts";
import { type LocalServer, serveFolder } from "./support/local-servers.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { it } from "./support/test.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { buildViewer, type ViewerBuild } from "./support/viewer-build.ts";
import { eventually } from "./support/wait.ts";

const LINK = /Viewer link: (\S+)\n/;
const CONFIG = fileURLToPath(new URL("../vercel.json", import.meta.url));

/** Building the page takes 20 s on two idle cores. */
const BUILD_LIMIT_MS = 300_000;

let browser: Browser;
let relayPort: number;
let build: ViewerBuild;
let host: LocalServer;
let relay: Program;
let agent: Program;
let link: string;

it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
  relayPort = await freePort();
  build = buildViewer({ NEXT_PUBLIC_RELAY_URL: `ws://localhost:${relayPort}` });
  host = await serveFolder(build.folder, CONFIG);
  const origin = `http://localhost:${host.port}`;
  relay = await startRelay(relayPort, {
    AUTH_SECRET: SECRET,
    VIEWER_URL: `${origin}/`,
    ALLOWED_ORIGINS: origin,
  });
  const PRODUCER_TOKEN = await mint({ role: "producer", room: "main" });
  agent = startAgent({ port: relayPort, args: ["--source", "test"] }, { PRODUCER_TOKEN });
  await agent.until(LINK);
  link = LINK.exec(agent.output)?.[1] ?? "";
}, BUILD_LIMIT_MS);
afterAll(async () => {
  await agent.end("SIGTERM");
  await relay.end("SIGTERM");
  host.close();
  build.remove();
});

/** A page, and the errors and warnings in its console. */
async function open(address: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(address);
  return { page, complaints };
}

const becomes = (page: Page, wanted: string) =>
  eventually(
    () => viewerState(page),
    (state) => state === wanted,
  );

describe("a page on a different host than the relay", () => {
  it("is where the agent's link leads, and shows the screen without console errors", async () => {
    expect(link).toMatch(new RegExp(`^http://localhost:${host.port}/#room=main&token=`));
    const { page, complaints } = await open(link);
    expect(await becomes(page, "connected")).toBe("connected");
    const colour = await eventually(
      () => canvasColour(page, { x: 5, y: 5 }),
      (found) => found !== undefined,
    );
    expect(colour).toBeDefined();
    expect(page.url()).toBe(`http://localhost:${host.port}/#room=main`);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("can reach that relay and its own host, and nothing else", async () => {
    const { page } = await open(link);
    expect(await becomes(page, "connected")).toBe("connected");
    const blocked = await page.evaluate(
      (other) =>
        new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) =>
            resolve(effectiveDirective),
          );
          fetch(other).catch(() => undefined);
        }),
      `http://127.0.0.1:${relayPort}/healthz`,
    );
    expect(blocked).toBe("connect-src");
    await page.close();
  });

  it("is refused by the relay if another host serves it, even with a valid link", async () => {
    const elsewhere = link.replace("//localhost:", "//127.0.0.1:");
    const { page } = await open(elsewhere);
    expect(await becomes(page, "ended")).toBe("ended");
    expect(await canvasColour(page, { x: 5, y: 5 })).toBeUndefined();
    await page.close();
  });

  it("cannot be framed by a page of a third host", async () => {
    const framing = createServer((_, response) => {
      response.setHeader("Content-Type", "text/html");
      response.end(`<iframe src="${link}"></iframe>`);
    }).listen(0, "127.0.0.1");
    await once(framing, "listening");
    const { port } = framing.address() as AddressInfo;
    const { page, complaints } = await open(`http://127.0.0.1:${port}/`);
    const refused = await eventually(
      async () => complaints.join(),
      (words) => /frame-ancestors/.test(words),
    );
    expect(refused).toMatch(/frame-ancestors 'none'/);
    // The browser's replacement page appears after the error.
    const shown = await eventually(
      async () => page.frames()[1]?.url(),
      (url) => url !== "",
    );
    expect(shown).toMatch(/^chrome-error:/);
    await page.close();
    framing.close();
    framing.closeAllConnections();
  });
});
