/** docker/compose.yaml: Caddy with our Caddyfile in front of the relay, and what passes between them. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { startBrowser } from "../support/browser.ts";
import { CADDY_IMAGE, compose, docker, IMAGE, tokenIn } from "../support/docker.ts";
import { freePort } from "../support/ports.ts";
import { type Program, startAgent } from "../support/programs.ts";
import { moves, wrongsOfTestCard } from "../support/test-card.ts";
import { SECRET } from "../support/tokens.ts";
import { eventually } from "../support/wait.ts";

const DOCKER = fileURLToPath(new URL("../../docker/", import.meta.url));
const ROOT_CERTIFICATE = "/data/caddy/pki/authorities/local/root.crt";
/** A forged client address, from the range for documentation (RFC 5737). */
const PRETENDED = "203.0.113.7";
const START_MS = 120_000;

let folder: string;
let port: number;
let httpPort: number;
let ca: string;
let agent: Program;
let browser: Browser;
let tokens: { readonly producer: string; readonly viewer: string };

async function mint(role: "producer" | "viewer"): Promise<string> {
  return tokenIn(await compose(folder, "exec", "-T", "relay", "mint", "--role", role));
}

/** The response's head. The body is left to the caller. */
async function get(target: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const asked = request(`https://localhost:${port}${target}`, { ca, headers, agent: false });
    asked.once("response", resolve).once("error", reject).end();
  });
}

async function statusOf(target: string): Promise<number | undefined> {
  const response = await get(target);
  response.destroy();
  return response.statusCode;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "screen-share-compose-"));
  [port, httpPort, browser] = await Promise.all([freePort(), freePort(), startBrowser()]);
  for (const file of ["compose.yaml", "Caddyfile"]) {
    copyFileSync(path.join(DOCKER, file), path.join(folder, file));
  }
  const settings = {
    DOMAIN: "localhost",
    AUTH_SECRET: SECRET.replaceAll(" ", "-"),
    RELAY_IMAGE: IMAGE,
    CADDY_IMAGE,
    HTTP_PORT: `127.0.0.1:${httpPort}`,
    HTTPS_PORT: `127.0.0.1:${port}`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(path.join(folder, ".env"), lines.join(""));
  await compose(folder, "up", "--detach", "--no-build");
  const certificate = () =>
    compose(folder, "exec", "-T", "caddy", "cat", ROOT_CERTIFICATE).catch(() => "");
  ca = await eventually(certificate, (text) => text.includes("END CERTIFICATE"));
  const caFile = path.join(folder, "root.crt");
  writeFileSync(caFile, ca);
  const up = () => statusOf("/healthz").catch(() => undefined);
  expect(await eventually(up, (status) => status === 200)).toBe(200);
  tokens = { producer: await mint("producer"), viewer: await mint("viewer") };
  agent = startAgent(
    { port, args: ["--source", "test"] },
    {
      SERVER_WS_URL: `wss://localhost:${port}`,
      PRODUCER_TOKEN: tokens.producer,
      NODE_EXTRA_CA_CERTS: caFile,
    },
  );
  await agent.until(/Viewer link: /);
}, START_MS);
afterAll(async () => {
  await agent?.end("SIGTERM");
  await browser?.close();
  await compose(folder, "down", "--volumes", "--timeout", "10");
  rmSync(folder, { recursive: true });
}, START_MS);

describe("Compose with Caddy", () => {
  it("serves the page only over https, with HSTS", async () => {
    const page = await get("/");
    page.destroy();
    expect(page.statusCode).toBe(200);
    expect(page.headers["strict-transport-security"]).toMatch(/^max-age=\d{8}/);
    expect(page.headers["content-security-policy"]).toContain("default-src");
    const plain = await fetch(`http://localhost:${httpPort}/`, { redirect: "manual" });
    expect(plain.status).toBe(308);
    expect(plain.headers.get("location")).toMatch(/^https:\/\/localhost/);
  });

  it("gives the agent links to its public name", () => {
    expect(agent.output).toContain("Viewer link: https://localhost/#room=main&token=");
  });

  it("carries the screen from the agent to a browser", async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`https://localhost:${port}/#room=main&token=${tokens.viewer}`);
    expect(await wrongsOfTestCard(page)).toEqual([]);
    expect(await moves(page)).toBe(true);
    await context.close();
  });

  it("passes on a stream's pictures as they arrive", async () => {
    const stream = await get(`/stream.mjpeg?room=main&token=${tokens.viewer}`);
    let pictures = 0;
    for await (const chunk of stream) {
      pictures += (chunk as Buffer).toString("latin1").split("Content-Type: image/jpeg").length - 1;
      // Each picture is smaller than any buffer, so a proxy that buffered would hold it back.
      if (pictures >= 5) break;
    }
    expect(pictures).toBeGreaterThanOrEqual(5);
  });

  it("reports the address that it saw to the relay, whatever the client claims", async () => {
    const headers = { "X-Forwarded-For": PRETENDED, Authorization: `Bearer ${tokens.viewer}` };
    const url = `wss://localhost:${port}/ws/viewer?room=main`;
    const viewer = new WebSocket(url, { ca, headers });
    await new Promise((resolve) => viewer.once("message", resolve));
    viewer.close();
    const told = async () => {
      const log = await compose(folder, "logs", "--no-color", "relay");
      return /"role":"viewer","address":"([^"]+)"/.exec(log)?.[1];
    };
    const address = await eventually(told, (found) => found !== undefined);
    expect(address).toMatch(/^(10|172|192)\./);
    expect(await compose(folder, "logs", "--no-color")).not.toContain(PRETENDED);
  });

  it("confines both, and makes the relay reachable only through Caddy", async () => {
    for (const service of ["relay", "caddy"]) {
      const id = (await compose(folder, "ps", "-q", service)).trim();
      const host = JSON.parse(await docker("inspect", "--format", "{{json .HostConfig}}", id));
      expect(host, service).toMatchObject({
        ReadonlyRootfs: true,
        Privileged: false,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
        RestartPolicy: { Name: "unless-stopped" },
      });
      expect(host.Memory, service).toBeGreaterThan(0);
      const ports = service === "relay" ? [] : ["443/tcp", "443/udp", "80/tcp"];
      expect(Object.keys(host.PortBindings ?? {}).sort(), service).toEqual(ports);
    }
  });

  it("logs no token, even while the relay is down", async () => {
    const marked = `/snapshot.jpg?room=main&token=${tokens.viewer}`;
    expect(await statusOf(marked)).toBe(200);
    await compose(folder, "kill", "relay");
    expect(await statusOf(marked)).toBe(502);
    const log = await compose(folder, "logs", "--no-color", "caddy");
    expect(log).toMatch(/"uri":"\/snapshot\.jpg".*"status":200/);
    expect(log).toMatch(/http\.log\.error.*"uri":"\/snapshot\.jpg"/);
    for (const token of [tokens.viewer, tokens.producer]) expect(log).not.toContain(token);
  });
});
