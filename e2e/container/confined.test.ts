/** A container with the tightest limits: 256 MB, a read-only file system, no capabilities, and no network but its own. */
import { afterEach, describe, expect, it } from "vitest";
import { CONFINED, Container, runOnce } from "../support/docker.ts";
import { SECRET } from "../support/tokens.ts";

/** Part of it is used by Docker itself. */
const MAX_END_MS = 5000;
const MB = 2 ** 20;

const running: Container[] = [];
afterEach(async () => {
  for (const container of running.splice(0)) await container.remove();
});

async function start(...args: readonly string[]): Promise<Container> {
  const container = await Container.start(["--network=none", ...CONFINED, ...args]);
  running.push(container);
  return container;
}

describe("a container without AUTH_SECRET", () => {
  it("does not start, and prints what to do", async () => {
    const { code, output } = await runOnce(CONFINED);
    expect(code).toBe(1);
    expect(output).toMatch(/^The relay cannot start:\nAUTH_SECRET must be set/);
    expect(output).toContain("openssl rand -base64 33");
    expect(output).not.toMatch(/ {4}at /);
  });

  it("mints no token either, and prints the reason", async () => {
    const { code, output } = await runOnce([...CONFINED, "-e", "HOST="], ["mint"]);
    expect(code).toBe(1);
    expect(output).toMatch(/AUTH_SECRET is not set/);
  });
});

describe("a confined container", () => {
  it("is healthy with only a secret, as an unprivileged user without capabilities", async () => {
    const container = await start("-e", `AUTH_SECRET=${SECRET}`);
    expect(await container.health()).toBe("healthy");
    expect(Number(await container.exec("id", "-u"))).toBeGreaterThan(0);
    const status = await container.exec("cat", "/proc/1/status");
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(await container.logs()).toContain("the relay is listening");
    expect(await container.logs()).not.toContain(SECRET);
  });

  it("knows how much memory it has, and leaves some beside the heap", async () => {
    const container = await start("-e", `AUTH_SECRET=${SECRET}`);
    const memory = `const v8 = require("node:v8"); console.log(process.constrainedMemory(), v8.getHeapStatistics().heap_size_limit)`;
    const [constrained = 0, heap = 0] = (await container.exec("node", "-e", memory))
      .split(" ")
      .map(Number);
    expect(constrained).toBe(256 * MB);
    expect(heap).toBeLessThan(160 * MB);
  });

  it("is not healthy once its relay does not answer", async () => {
    const container = await start("-e", `AUTH_SECRET=${SECRET}`, "--health-interval=1s");
    expect(await container.health()).toBe("healthy");
    await expect(container.exec("env", "PORT=1", "healthcheck")).rejects.toThrow();
    await expect(container.exec("healthcheck")).resolves.toBe("");
  });

  it.each(["SIGTERM", "SIGINT"])("stops cleanly on %s", async (signal) => {
    const container = await start("-e", `AUTH_SECRET=${SECRET}`, "--health-interval=1s");
    expect(await container.health()).toBe("healthy");
    const { code, ms } = await container.end(signal);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(MAX_END_MS);
    expect(await container.logs()).toContain("the relay is stopping");
  });
});
