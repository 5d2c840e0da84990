/** `fly.toml` and `vercel.json`, compared with the relay that they configure. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { parseConfig } from "../src/config.ts";
import { loadStaticFiles, serveStatic } from "../src/http/static.ts";
import type { RunningRelay } from "../src/relay.ts";
import { get, liveRelay } from "./live-relay.ts";

const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const text = (path: string) => readFileSync(file(path), "utf8");

const SECRET = "a secret of these tests, which all know";
const seconds = z
  .string()
  .regex(/^\d+s$/)
  .transform(Number.parseFloat);
const check = z.object({
  method: z.string(),
  path: z.string(),
  interval: seconds,
  timeout: seconds,
  grace_period: seconds,
});

const fly = z
  .strictObject({
    app: z.string(),
    primary_region: z.string().length(3),
    kill_signal: z.literal("SIGTERM"),
    kill_timeout: seconds,
    swap_size_mb: z.int(),
    build: z.strictObject({ dockerfile: z.string() }),
    env: z.record(z.string(), z.string()),
    http_service: z.strictObject({
      internal_port: z.int(),
      force_https: z.literal(true),
      auto_stop_machines: z.literal("off"),
      auto_start_machines: z.boolean(),
      min_machines_running: z.literal(1),
      concurrency: z.strictObject({
        type: z.literal("connections"),
        soft_limit: z.int(),
        hard_limit: z.int(),
      }),
      http_options: z.strictObject({ idle_timeout: z.int() }),
      checks: z.tuple([check]),
    }),
    checks: z.object({ alive: check.extend({ type: z.literal("http"), port: z.int() }) }),
    deploy: z.strictObject({ strategy: z.literal("rolling") }),
    metrics: z.strictObject({ port: z.int(), path: z.literal("/metrics") }),
    vm: z.tuple([z.strictObject({ size: z.string(), memory: z.string() })]),
  })
  .parse(parse(text("fly.toml")));

describe("fly.toml", () => {
  const config = parseConfig({ ...fly.env, AUTH_SECRET: SECRET });

  it("contains only settings that the relay accepts, and no secret", () => {
    expect(Object.keys(config)).toEqual(expect.arrayContaining(Object.keys(fly.env)));
    expect(text("fly.toml")).not.toMatch(/^\s*AUTH_SECRET/m);
    expect(() => parseConfig(fly.env)).toThrow(/AUTH_SECRET/);
  });

  it("forwards to the port that the relay listens on", () => {
    expect(config).toMatchObject({ HOST: "0.0.0.0", PORT: fly.http_service.internal_port });
    expect(fly.checks.alive.port).toBe(config.PORT);
    expect(fly.env).toMatchObject({ METRICS_PORT: String(fly.metrics.port) });
    expect(fly.metrics.port).not.toBe(config.PORT);
    // Even Fly cannot reach what listens on loopback.
    expect(fly.env).toMatchObject({ METRICS_HOST: "0.0.0.0", TRUST_PROXY: "fly-client-ip" });
  });

  it("builds from an existing file", () => {
    expect(existsSync(file(fly.build.dockerfile))).toBe(true);
  });

  it("has a hard limit above the soft one, and long enough timeouts", () => {
    const { concurrency, http_options } = fly.http_service;
    expect(concurrency.hard_limit).toBeGreaterThan(concurrency.soft_limit);
    // An MJPEG stream of a static picture has a byte every 15 s.
    expect(http_options.idle_timeout).toBeGreaterThanOrEqual(2 * 15);
    for (const each of [...fly.http_service.checks, fly.checks.alive]) {
      expect(each.timeout).toBeLessThan(each.interval);
    }
  });

  describe("its checks", () => {
    let relay: RunningRelay;
    beforeAll(async () => {
      relay = await liveRelay({ AUTH_SECRET: SECRET });
    });
    afterAll(() => relay.close(1012, ""));

    it("request what the relay replies to with 200, under any host name", async () => {
      for (const { path, method } of [...fly.http_service.checks, fly.checks.alive]) {
        const { status } = await get(relay, path, { host: "[fdaa::3]:8080" }, method.toUpperCase());
        expect([path, status]).toEqual([path, 200]);
      }
    });
  });
});

describe("examples", () => {
  it("name existing files, and request the same checks as Fly", () => {
    const render = text("docs/examples/render.yaml");
    expect(render).toContain(`dockerfilePath: ./${fly.build.dockerfile}\n`);
    expect(render).toContain(`healthCheckPath: ${fly.http_service.checks[0].path}\n`);
    for (const part of ["relay", "agent"]) {
      const unit = text(`docs/examples/screen-share-${part}.service`);
      const program = /^ExecStart=.* \/opt\/screen-share\/(\S+)$/m.exec(unit)?.[1] ?? "";
      expect([program, existsSync(file(program))]).toEqual([program, true]);
    }
  });
});

const vercel = z
  .strictObject({
    $schema: z.string(),
    framework: z.null(),
    installCommand: z.literal("pnpm install --frozen-lockfile"),
    buildCommand: z.string(),
    outputDirectory: z.literal("apps/viewer/out"),
    headers: z.array(
      z.strictObject({
        source: z.string().startsWith("/"),
        headers: z.array(z.strictObject({ key: z.string(), value: z.string() })),
      }),
    ),
  })
  .parse(JSON.parse(text("vercel.json")));

/** The headers that Vercel adds for this path. Later ones win. */
function vercelHeaders(path: string): Record<string, string> {
  const fitting = vercel.headers.filter(({ source }) => new RegExp(`^${source}$`).test(path));
  return Object.fromEntries(
    fitting.flatMap(({ headers }) => headers.map(({ key, value }) => [key, value] as const)),
  );
}

describe("vercel.json", () => {
  it("builds the viewer for serving it alone", () => {
    expect(vercel.buildCommand).toBe("VERCEL=1 pnpm --filter @screen-share/viewer build");
    const { name, scripts } = JSON.parse(text("apps/viewer/package.json"));
    expect([name, typeof scripts.build]).toEqual(["@screen-share/viewer", "string"]);
  });

  it("gives every file the headers that the relay sends", async () => {
    const files = await loadStaticFiles(file(vercel.outputDirectory));
    const first = (pattern: RegExp) => [...files.keys()].find((name) => pattern.test(name)) ?? "";
    const hashed = [first(/^\/_next\/static\/.*\.js$/), first(/^\/player\/.*\.js$/)];
    for (const path of ["/", "/404.html", "/embed.js", ...hashed]) {
      const reply = serveStatic(files, { path, headers: new Map() });
      if (!("body" in reply)) throw new Error("nobody said that it was known");
      const { headers, body } = reply;
      // Vercel derives these from the files.
      const { "Content-Type": _type, ETag: _tag, Vary: _vary, ...ours } = headers;
      const theirs = vercelHeaders(path);
      // Most of a page's policy is in the page; the header has what only a header may contain.
      const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(`${body}`)?.[1];
      const header = theirs["Content-Security-Policy"];
      if (header) theirs["Content-Security-Policy"] = `${policy}; ${header}`;
      expect([path, theirs]).toEqual([path, ours]);
    }
  });

  it("lets no site frame anything but hashed files, whether it exists or not", () => {
    for (const path of [
      "/",
      "/index.html",
      "/nothing",
      "/a/b",
      "/_next/data",
      "/icon.svg",
      "/embed.js.map",
    ]) {
      expect(vercelHeaders(path)).toMatchObject({
        "Content-Security-Policy": "frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
      });
    }
  });
});
