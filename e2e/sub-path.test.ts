/** The whole product below a path of a site: the page and its files, its WebSocket, the embed element, pictures, links. */
import type { Browser } from "playwright-core";
import { afterAll, describe, expect } from "vitest";
import { foreignPage, type LocalServer, rewritingProxy } from "./support/local-servers.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { it } from "./support/test.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { eventually } from "./support/wait.ts";

const REQUEST_LINE = /^(?:GET|HEAD) (\S+) HTTP\/1\.1\r\n/;
const LINK = /Viewer link: (\S+)\n/;

describe.each(["/screen/", "/tools/live.screen/"])("below %s", (prefix) => {
  let browser: Browser;
  let proxy: LocalServer;
  let relay: Program;
  let agent: Program;
  let site: string;
  let link: string;

  /** Requests for anything outside the path. */
  const elsewhere: string[] = [];

  /** Like nginx with `location /screen/ { proxy_pass http://relay/; }`. */
  function stripped(packet: string): string | undefined {
    const [line, url = ""] = REQUEST_LINE.exec(packet) ?? [];
    if (line === undefined) return packet;
    if (!url.startsWith(prefix)) {
      elsewhere.push(url);
      return undefined;
    }
    return packet.replace(url, () => url.slice(prefix.length - 1));
  }

  it.beforeAll(async ({ browser: shared }) => {
    browser = shared;
    const relayPort = await freePort();
    proxy = await rewritingProxy(relayPort, stripped);
    site = `http://localhost:${proxy.port}${prefix}`;
    relay = await startRelay(relayPort, { AUTH_SECRET: SECRET, VIEWER_URL: site });
    const server = `${site.replace("http", "ws")}ws/producer`;
    agent = startAgent(
      { port: proxy.port, args: ["--source", "test", "--server", server] },
      { PRODUCER_TOKEN: await mint({ role: "producer", room: "main" }) },
    );
    await agent.until(LINK);
    link = LINK.exec(agent.output)?.[1] ?? "";
  });
  afterAll(async () => {
    await agent.end("SIGTERM");
    await relay.end("SIGTERM");
    proxy.close();
  });

  it("the link leads to a page that shows the screen and requests nothing outside its folder", async () => {
    expect(link).toContain(`${site}#room=main&token=`);
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("requestfailed", (request) => problems.push(request.url()));
    await page.goto(link);
    const screen = page.getByTestId("screen");
    const drawn = () => screen.evaluate((canvas) => Number(canvas.dataset.updates));
    expect(await eventually(drawn, (updates) => updates > 2)).toBeGreaterThan(2);
    // The worker's script and everything that is loaded later are below the path, too.
    expect(await screen.getAttribute("data-player")).toBe("worker");
    await page.reload();
    expect(await eventually(drawn, (updates) => updates > 2)).toBeGreaterThan(2);
    expect([page.url(), problems, elsewhere]).toEqual([`${site}#room=main`, [], []]);
    await page.close();
  });

  it("the element on another site finds its relay by the address of its script", async () => {
    const foreign = await foreignPage();
    const token = await mint({ role: "viewer", room: "main" });
    foreign.html = `<!doctype html><screen-share-viewer token="${token}"></screen-share-viewer>
      <script type="module" src="${site}embed.js"></script>`;
    const page = await browser.newPage();
    await page.goto(foreign.origin);
    const drawn = () =>
      page.locator("screen-share-viewer").evaluate((element) => {
        return Number(element.shadowRoot?.querySelector("canvas")?.dataset.updates ?? 0);
      });
    expect(await eventually(drawn, (updates) => updates > 0)).toBeGreaterThan(0);
    expect(elsewhere).toEqual([]);
    await page.close();
    foreign.close();
  });

  it("pictures are served, and other paths are 404", async () => {
    const token = await mint({ role: "viewer", room: "main" });
    const picture = await fetch(`${site}snapshot.jpg?token=${token}`);
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
    const lost = await fetch(`${site}a/b`, { headers: { Accept: "text/html" } });
    expect([lost.status, (await lost.text()).includes("There is nothing here")]).toEqual([
      404,
      true,
    ]);
  });
});
