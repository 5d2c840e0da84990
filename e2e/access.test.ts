/** Access with the real relay and a secret, the real agent, Chromium, and links that expire or are revoked. */
import type { Browser, Page } from "playwright-core";
import { afterAll, describe, expect, onTestFinished } from "vitest";
import { canvasColour, viewerState } from "./support/browser.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { it } from "./support/test.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { eventually } from "./support/wait.ts";

const LINK = /Viewer link: (\S+)\n/;
const CONNECTED = "connected";
const ENDED = "ended";

let browser: Browser;
let port: number;
let relay: Program;
let agent: Program;
let producerToken: string;

it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
  port = await freePort();
  producerToken = await mint({ role: "producer", room: "main" });
  relay = await startRelay(port, { AUTH_SECRET: SECRET });
  agent = shareTestCard();
});
afterAll(async () => {
  await agent.end("SIGTERM");
  await relay.end("SIGTERM");
});

function shareTestCard(): Program {
  const args = ["--source", "test"];
  return startAgent({ port, args }, { PRODUCER_TOKEN: producerToken });
}

/** The newest link that a program has printed. */
async function linkOf(program: Program): Promise<string> {
  await program.until(LINK);
  const lines = program.output.split("\n").map((line) => LINK.exec(`${line}\n`)?.[1]);
  return lines.findLast((link) => link !== undefined) ?? "";
}

async function open(link: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  // An open page would cost time until the last test is over.
  onTestFinished(() => page.close());
  await page.goto(link);
  return page;
}

const stateOf = (page: Page, wanted: string) =>
  eventually(
    () => viewerState(page),
    (state) => state === wanted,
  );
const isPainted = (page: Page) =>
  eventually(
    () => canvasColour(page, { x: 5, y: 5 }),
    (colour) => colour !== undefined,
  );
const words = (page: Page) => page.getByTestId("status").textContent();

describe("a relay with a secret", () => {
  it("shows nothing without a link; with one it shows the screen, and the page hides the link", async () => {
    const stranger = await open(`http://localhost:${port}/`);
    expect(await stateOf(stranger, ENDED)).toBe(ENDED);
    expect(await words(stranger)).toMatch(/only with the link/);
    const guest = await open(await linkOf(agent));
    expect(await stateOf(guest, CONNECTED)).toBe(CONNECTED);
    expect(await isPainted(guest)).toBeDefined();
    expect(guest.url()).toBe(`http://localhost:${port}/#room=main`);
    await guest.reload();
    expect(await stateOf(guest, CONNECTED)).toBe(CONNECTED);
    expect(await canvasColour(stranger, { x: 5, y: 5 })).toBeUndefined();
  });

  it("keeps links valid when the agent restarts, and revokes them when the agent requests that (P-85)", async () => {
    const link = await linkOf(agent);
    const guest = await open(link);
    expect(await stateOf(guest, CONNECTED)).toBe(CONNECTED);
    await agent.end("SIGKILL");
    expect(await stateOf(guest, "waiting")).toBe("waiting");
    agent = shareTestCard();
    expect(await stateOf(guest, CONNECTED)).toBe(CONNECTED);

    const ending = startAgent({ port, args: ["--end-links"] }, { PRODUCER_TOKEN: producerToken });
    const fresh = await linkOf(ending);
    expect(await stateOf(guest, ENDED)).toBe(ENDED);
    expect(await words(guest)).toMatch(/revoked/);
    expect(await guest.getByTestId("screen").isVisible()).toBe(false);
    expect(await stateOf(await open(link), ENDED)).toBe(ENDED);

    const invited = await open(fresh);
    expect(await stateOf(invited, CONNECTED)).toBe(CONNECTED);
    expect(await isPainted(invited)).toBeDefined();
    await relay.end("SIGKILL");
    relay = await startRelay(port, { AUTH_SECRET: SECRET });
    expect(await stateOf(invited, CONNECTED)).toBe(CONNECTED);
    expect(await stateOf(await open(link), ENDED)).toBe(ENDED);
  });

  it("disconnects a viewer whose token expires, and the page removes the picture (P-81)", async () => {
    const expiresAt = Date.now() + 4000;
    const token = await mint({ role: "viewer", room: "main", expiresAt });
    const guest = await open(`http://localhost:${port}/#token=${token}`);
    expect(await stateOf(guest, CONNECTED)).toBe(CONNECTED);
    expect(await stateOf(guest, ENDED)).toBe(ENDED);
    expect(Date.now()).toBeLessThan(expiresAt + 6000);
    expect(await guest.getByTestId("screen").isVisible()).toBe(false);
  });

  it("refuses agents without a token and with a viewer's token", async () => {
    const options = { port, args: ["--source", "test"] };
    const nobody = startAgent(options);
    await nobody.until(/The relay refused: .*token/);
    expect(await nobody.end("SIGTERM")).toBe(1);
    const viewers = await mint({ role: "viewer", room: "main" });
    const guest = startAgent(options, { PRODUCER_TOKEN: viewers });
    await guest.until(/The relay refused: .*no token for a producer/);
    expect(await guest.end("SIGTERM")).toBe(1);
  });
});
