/** What a whole product stands on, and its parts, each started by itself. */
import type { Page } from "playwright-core";
import { type KillableBrowser, openViewer } from "./browser.ts";
import { MovingDesktop } from "./moving-desktop.ts";
import { freePort } from "./ports.ts";
import { type Program, startAgent, startRelay } from "./programs.ts";
import { mintBoth, SECRET } from "./tokens.ts";

export interface Stage {
  readonly port: number;
  readonly moving: MovingDesktop;
  readonly tokens: { readonly producer: string; readonly viewer: string };
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export async function setStage(random: () => number): Promise<Stage> {
  const [port, moving, tokens] = await Promise.all([freePort(), MovingDesktop.start(), mintBoth()]);
  return { port, moving, tokens, random };
}

/** Resolves once it listens. */
export async function newRelay({ port }: Stage): Promise<Program> {
  return await startRelay(port, { AUTH_SECRET: SECRET, LOG_LEVEL: "warn" });
}

/** Resolves at once; its first message says that it shares. */
export function newAgent({ port, moving, tokens }: Stage): Program {
  const env = { PRODUCER_TOKEN: tokens.producer, LOG_LEVEL: "warn", UV_THREADPOOL_SIZE: "1" };
  return startAgent({ port, display: moving.desktop.display }, env);
}

/** Resolves once the page is loaded. */
export async function newPage(
  { port, tokens }: Stage,
  { browser }: KillableBrowser,
): Promise<Page> {
  return await openViewer(browser, port, `#room=main&token=${tokens.viewer}`);
}
