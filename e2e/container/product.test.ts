/** The whole product with its relay in a container, which is stopped and killed: the real agent, Chromium, a plain viewer. */
import { once } from "node:events";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { CHROMIUM_PATH, openViewer, startBrowser, viewerState } from "../support/browser.ts";
import { CONFINED, Container } from "../support/docker.ts";
import { freePort } from "../support/ports.ts";
import { type Program, startAgent } from "../support/programs.ts";
import { moves, wrongsOfTestCard } from "../support/test-card.ts";
import { SECRET } from "../support/tokens.ts";
import { eventually } from "../support/wait.ts";

const RESTARTING = 1012;
const MAX_END_MS = 5000;

let port: number;
let container: Container;
let browser: Browser;
let agent: Program;
let page: Page;
let tokens: { readonly producer: string; readonly viewer: string };

beforeAll(async () => {
  [port, browser] = await Promise.all([freePort(), startBrowser(CHROMIUM_PATH)]);
  const settings = [`AUTH_SECRET=${SECRET}`, "HOST=127.0.0.1", `PORT=${port}`];
  const args = settings.flatMap((setting) => ["--env", setting]);
  container = await Container.start([
    "--network=host",
    ...CONFINED,
    "--health-interval=1s",
    ...args,
  ]);
  expect(await container.health()).toBe("healthy");
  tokens = { producer: await container.mint("producer"), viewer: await container.mint("viewer") };
  agent = startAgent({ port, args: ["--source", "test"] }, { PRODUCER_TOKEN: tokens.producer });
  await agent.until(/Viewer link: /);
  page = await openViewer(browser, port, `#room=main&token=${tokens.viewer}`);
});
afterAll(async () => {
  await agent?.end("SIGTERM");
  await browser?.close();
  await container?.remove();
});

const answer = (path: string) => fetch(`http://localhost:${port}${path}`);

describe("the relay in a container", () => {
  it("serves the page, but no picture without a token", async () => {
    const served = await answer("/");
    expect(served.status).toBe(200);
    expect(await served.text()).toMatch(/^<!DOCTYPE html>/i);
    expect((await answer("/snapshot.jpg?room=main")).status).toBe(401);
  });

  it("shows in a browser what an agent with a minted token sends", async () => {
    expect(await wrongsOfTestCard(page)).toEqual([]);
    expect(await moves(page)).toBe(true);
    const snapshot = await answer(`/snapshot.jpg?room=main&token=${tokens.viewer}`);
    expect(snapshot.status).toBe(200);
    expect(snapshot.headers.get("content-type")).toBe("image/jpeg");
  });

  it("comes back with all its clients after it was killed", async () => {
    const { code } = await container.end("SIGKILL");
    expect(code).toBe(137);
    const lost = (state: string | null) => state !== "connected";
    expect(await eventually(() => viewerState(page), lost)).not.toBe("connected");
    await container.startAgain();
    expect(await wrongsOfTestCard(page)).toEqual([]);
    expect(await moves(page)).toBe(true);
  });

  it("stops cleanly, and reports to viewers that it restarts", async () => {
    const headers = { Authorization: `Bearer ${tokens.viewer}` };
    const viewer = new WebSocket(`ws://localhost:${port}/ws/viewer?room=main`, { headers });
    await once(viewer, "message");
    const closed = once(viewer, "close");
    const { code, ms } = await container.end("SIGTERM");
    expect(code).toBe(0);
    expect(ms).toBeLessThan(MAX_END_MS);
    expect((await closed)[0]).toBe(RESTARTING);
    await container.startAgain();
    expect(await wrongsOfTestCard(page)).toEqual([]);
    expect(await moves(page)).toBe(true);
  });
});
