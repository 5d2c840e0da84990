/**
 * WebKit as Debian has it: the small browser that comes with WebKitGTK, in a window, driven through W3C WebDriver with plain requests,
 * since Playwright drives only a WebKit of its own. It does not report the page's console.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { VirtualDesktop } from "./desktop.ts";
import type { OtherBrowser, Place } from "./other-browser.ts";
import { freePort } from "./ports.ts";
import { ProgramSession } from "./session.ts";
import { untilUp } from "./wait.ts";

/** W3C WebDriver §17.4.2: keys that are no letters. */
const KEYS: Readonly<Record<string, string>> = { Escape: "\uE00C" };
const CONTROL = "\uE009";
const ASK_TIMEOUT_MS = 30_000;

export class WebKit implements OtherBrowser {
  /** The path of its commands. */
  #session: string | undefined;

  private constructor(
    private readonly desktop: VirtualDesktop,
    private readonly origin: string,
    private readonly session: ProgramSession,
  ) {}

  static async start(): Promise<WebKit> {
    const session = new ProgramSession("webkit");
    const desktop = await VirtualDesktop.start({ width: 1280, height: 800 });
    const port = await freePort();
    const driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      env: session.env({ DISPLAY: desktop.display }),
      stdio: "ignore",
    });
    await once(driver, "spawn");
    const origin = `http://127.0.0.1:${port}`;
    await untilUp(`${origin}/status`);
    return new WebKit(desktop, origin, session);
  }

  async open(url: string, place: Place = "worker"): Promise<void> {
    await this.#end();
    // The canvas can be handed over, but no worker can draw on it.
    const features = place === "page" ? ["--features=-OffscreenCanvasInWorkers"] : [];
    const options = { args: ["--automation", ...features] };
    const { sessionId } = await this.#ask<{ readonly sessionId: string }>("POST", "/session", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
    });
    this.#session = `/session/${sessionId}`;
    await this.#do("POST", "/url", { url });
  }

  async evaluate<Result, Argument>(
    run: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result> {
    const script = `return (${run})(...arguments)`;
    return await this.#do<Result>("POST", "/execute/sync", { script, args: [argument] });
  }

  async press(key: string): Promise<void> {
    await this.#type(KEYS[key] ?? key);
  }

  async paste(): Promise<void> {
    await this.#type(CONTROL, "v");
  }

  /** It puts downloads into its home. */
  get downloads(): string {
    return this.session.home;
  }

  async close(): Promise<void> {
    await this.#end().catch(() => undefined);
    await this.session.end();
    await this.desktop.stop();
  }

  async #type(...keys: readonly string[]): Promise<void> {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = keys.toReversed().map((value) => ({ type: "keyUp", value }));
    const actions = [{ type: "key", id: "keyboard", actions: [...down, ...up] }];
    await this.#do("POST", "/actions", { actions });
  }

  async #end(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await this.#ask("DELETE", session);
  }

  async #do<Value>(method: string, command: string, body?: unknown): Promise<Value> {
    if (!this.#session) throw new Error("no page was opened");
    return await this.#ask(method, `${this.#session}${command}`, body);
  }

  async #ask<Value>(method: string, where: string, body?: unknown): Promise<Value> {
    const response = await fetch(`${this.origin}${where}`, {
      method,
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { readonly value: Value };
    if (!response.ok) throw new Error(`${method} ${where}: ${JSON.stringify(value)}`);
    return value;
  }
}
