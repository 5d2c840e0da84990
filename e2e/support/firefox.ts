/** Firefox as Debian has it, without a window. Playwright drives it over WebDriver BiDi, which needs no patched Firefox. */
import { type Browser, firefox, type Page } from "playwright-core";
import { closing } from "./browser.ts";
import { type OtherBrowser, type Place, takeHandingOverAway } from "./other-browser.ts";
import { ProgramSession } from "./session.ts";
import { WINDOW } from "./viewer-page.ts";

const FIREFOX_PATH = process.env.FIREFOX_PATH || "/usr/bin/firefox-esr";

export class Firefox implements OtherBrowser {
  #errors: string[] = [];
  #page: Page | undefined;

  private constructor(
    private readonly browser: Browser,
    readonly downloads: string,
  ) {}

  /** @param prefs additional settings, as `about:config` calls them */
  static async start(prefs: Readonly<Record<string, boolean>> = {}): Promise<Firefox> {
    const session = new ProgramSession("firefox");
    const browser = await firefox.launch({
      channel: "moz-firefox",
      executablePath: FIREFOX_PATH,
      downloadsPath: session.home,
      firefoxUserPrefs: prefs,
      env: session.env(),
    });
    return new Firefox(closing(browser, session), session.home);
  }

  get page(): Page {
    if (!this.#page) throw new Error("no page was opened");
    return this.#page;
  }

  async open(url: string, place: Place = "worker"): Promise<void> {
    await this.#page?.context().close();
    const errors: string[] = [];
    this.#errors = errors;
    const page = await (await this.browser.newContext(WINDOW)).newPage();
    this.#page = page;
    if (place === "page") await page.addInitScript(takeHandingOverAway);
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(url);
  }

  async evaluate<Result, Argument>(
    run: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result> {
    return await this.page.evaluate(run as (argument: unknown) => Result, argument);
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  async paste(): Promise<void> {
    await this.press("Control+v");
  }

  errors(): readonly string[] {
    return this.#errors;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
