/** The whole product behind a proxy with TLS, as on a server of your own: agent, page, pictures, limits, losses. */
import { once } from "node:events";
import jpeg from "jpeg-js";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { canvasColour, viewerState } from "./support/browser.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { askOverTls, dialOverTls, getOverTls, ReverseProxy } from "./support/proxies.ts";
import { it } from "./support/test.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { eventually } from "./support/wait.ts";

const LINK = /Viewer link: (\S+)\n/;

let browser: Browser;
it.beforeAll(({ browser: shared }) => {
  browser = shared;
});

/** Too small to fill any buffer on the path. */
function smallJpeg(grey: number): Buffer {
  const data = new Uint8Array(16 * 16 * 4).fill(grey);
  return jpeg.encode({ width: 16, height: 16, data }, 60).data;
}

async function open(address: string): Promise<Page> {
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  await page.goto(address);
  return page;
}

const stateOf = (page: Page, accept: (state: string | null) => boolean) =>
  eventually(() => viewerState(page), accept);
const becomes = (page: Page, wanted: string) => stateOf(page, (state) => state === wanted);
const updatesOf = (page: Page) =>
  page.getByTestId("screen").evaluate((canvas) => Number(canvas.dataset.updates));

describe.each(["nginx", "caddy"] as const)("behind %s", (kind) => {
  let relayPort: number;
  let port: number;
  let proxy: ReverseProxy;
  let relay: Program;
  let agent: Program;
  let link: string;
  let ca: string;

  const newRelay = () =>
    startRelay(relayPort, {
      AUTH_SECRET: SECRET,
      TRUST_PROXY: "x-forwarded-for",
      VIEWER_URL: `https://localhost:${port}/`,
    });

  beforeAll(async () => {
    [relayPort, port] = [await freePort(), await freePort()];
    relay = await newRelay();
    proxy = await ReverseProxy.start(kind, relayPort, port);
    ca = proxy.ca;
    agent = startAgent(
      { port, args: ["--source", "test"] },
      {
        SERVER_WS_URL: `wss://localhost:${port}`,
        NODE_EXTRA_CA_CERTS: proxy.caFile,
        PRODUCER_TOKEN: await mint({ role: "producer", room: "main" }),
      },
    );
    await agent.until(LINK);
    link = LINK.exec(agent.output)?.[1] ?? "";
  });
  afterAll(async () => {
    await agent.end("SIGTERM");
    await proxy.stop();
    await relay.end("SIGTERM");
  });

  it("the page shows the screen, or why it shows none without a link", async () => {
    expect(link).toContain(`https://localhost:${port}/#room=main&token=`);
    const guest = await open(link);
    expect(await becomes(guest, "connected")).toBe("connected");
    const colour = await eventually(
      () => canvasColour(guest, { x: 5, y: 5 }),
      (found) => found !== undefined,
    );
    expect(colour).toBeDefined();
    const stranger = await open(`https://localhost:${port}/`);
    expect(await becomes(stranger, "ended")).toBe("ended");
    expect(await stranger.getByTestId("status").textContent()).toMatch(
      /the link that you were given/,
    );
    await Promise.all([guest.close(), stranger.close()]);
  });

  it("each picture arrives whole when it is sent, without waiting for the next", async () => {
    const room = "stills";
    const [producerToken, token] = await Promise.all([
      mint({ role: "producer", room }),
      mint({ role: "viewer", room }),
    ]);
    const query = `?room=${room}&token=${token}`;
    const producer = await dialOverTls(port, `/ws/producer?room=${room}`, {
      ca,
      token: producerToken,
    });
    const viewer = await dialOverTls(port, `/ws/viewer?room=${room}`, { ca, token });
    const stream = await askOverTls(port, `/stream.mjpeg${query}`, { ca });
    let streamed = Buffer.alloc(0);
    stream.on("data", (chunk: Buffer) => {
      streamed = Buffer.concat([streamed, chunk]);
    });
    for (const grey of [40, 80, 160]) {
      const picture = smallJpeg(grey);
      const shown = once(viewer, "message", { signal: AbortSignal.timeout(10_000) });
      producer.send(picture);
      const whole = await eventually(
        async () => streamed.includes(Buffer.concat([picture, Buffer.from("\r\n--picture\r\n")])),
        (is) => is,
      );
      expect(whole).toBe(true);
      const [message] = await shown;
      expect(picture.equals(message)).toBe(true);
      const { status, body } = await getOverTls(port, `/snapshot.jpg${query}`, { ca });
      expect([status, body.equals(picture)]).toEqual([200, true]);
    }
    stream.destroy();
    viewer.close();
    producer.close();
  });

  it("limits apply per address, whatever address a client claims", async () => {
    const guess = async (from: string, claimed: string) => {
      const headers = { "x-forwarded-for": claimed };
      return (await getOverTls(port, "/snapshot.jpg?token=wrong", { ca, from, headers })).status;
    };
    const statuses: number[] = [];
    for (let i = 0; i < 30; i++) statuses.push(await guess("127.0.0.2", `198.51.100.${i}`));
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(statuses).toContain(429);
    expect(await guess("127.0.0.3", "127.0.0.2")).toBe(401);
  });

  it("all clients recover when the proxy is killed and restarted", async () => {
    const guest = await open(link);
    expect(await becomes(guest, "connected")).toBe("connected");
    await proxy.kill();
    expect(await stateOf(guest, (state) => state !== "connected")).not.toBe("connected");
    const before = await updatesOf(guest);
    await proxy.restart();
    expect(await becomes(guest, "connected")).toBe("connected");
    const after = await eventually(
      () => updatesOf(guest),
      (updates) => updates > before,
    );
    expect(after).toBeGreaterThan(before);
    await guest.close();
  });

  it("a relay reports that it restarts, and no log contains a token, even of failed requests", async () => {
    const token = await mint({ role: "viewer", room: "main" });
    const viewer = await dialOverTls(port, "/ws/viewer", { ca, token });
    const closed = once(viewer, "close");
    await relay.end("SIGTERM");
    const [code] = await closed;
    expect(code).toBe(1012);
    // Links whose "#" was escaped or lost.
    for (const astray of [
      `/%23room=main&token=${token}`,
      `/room=main&token=${token}`,
      `/${token}`,
    ]) {
      await getOverTls(port, astray, { ca });
    }
    const failed = await getOverTls(port, `/snapshot.jpg?token=${token}`, { ca });
    expect(failed.status).toBe(502);
    const output = relay.output;
    relay = await newRelay();
    const { status } = await getOverTls(port, `/stream.mjpeg?room=other&token=${token}`, { ca });
    expect(status).toBe(403);
    const logs = await eventually(
      async () => proxy.log,
      (log) => log.includes("/stream.mjpeg"),
    );
    for (const path of ["/snapshot.jpg", "/stream.mjpeg", "/ws/viewer"]) {
      expect(logs).toContain(path);
    }
    for (const said of [logs, output, relay.output]) expect(said).not.toMatch(/token=|eyJ|Bearer/);
  });
});
