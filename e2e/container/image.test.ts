/** What is in the image, and what is not. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  BASE_IMAGE,
  BUILD_IMAGE,
  docker,
  IMAGE,
  PLANTED_SECRET,
  runOnce,
  runProgram,
} from "../support/docker.ts";

/** The layers that we add to the base image. */
const MAX_OWN_BYTES = 12_000_000;
/** Names of files that must never be in an image. */
const SECRET_FILES = /(^|\/)(\.env[^/]*|\.npmrc|[^/]*\.recording|[^/]*\.pem|[^/]*\.key)$/m;

async function configured(): Promise<Record<string, unknown>> {
  return JSON.parse(await docker("image", "inspect", "--format", "{{json .Config}}", IMAGE));
}

async function sizeOf(image: string): Promise<number> {
  return Number(await docker("image", "inspect", "--format", "{{.Size}}", image));
}

async function inBuild(script: string): Promise<string> {
  return await docker("run", "--rm", "--network=none", BUILD_IMAGE, "sh", "-c", script);
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
}

/** Some engines keep layers compressed, and a search would find nothing in them. */
function unpackAll(folder: string): void {
  for (const file of filesIn(folder)) {
    const bytes = readFileSync(file);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) writeFileSync(file, gunzipSync(bytes));
  }
}

describe("the image", () => {
  it("runs as an unprivileged user, with a health check and a stop signal", async () => {
    const config = await configured();
    expect(config.User).toBe("node");
    expect(config.Healthcheck).toMatchObject({ Test: ["CMD", "healthcheck"] });
    expect(config.StopSignal).toBe("SIGTERM");
    expect(Object.keys(config.ExposedPorts ?? {})).toEqual(["8000/tcp"]);
  });

  it("is labelled with what it is and its version", async () => {
    const { Labels } = await configured();
    expect(Labels).toMatchObject({
      "org.opencontainers.image.title": "Screen Share relay",
      "org.opencontainers.image.licenses": "MIT",
      "org.opencontainers.image.version": "9.8.7",
      "org.opencontainers.image.revision": "verify",
    });
  });

  it("adds little to its base", async () => {
    const [own, base] = await Promise.all([sizeOf(IMAGE), sizeOf(BASE_IMAGE)]);
    process.stdout.write(`  ${(own - base) / 1e6} MB of ${own / 1e6} MB are ours\n`);
    expect(own - base).toBeLessThan(MAX_OWN_BYTES);
  });

  it("contains the relay, the page and one native binary, none writable by the relay, and no package manager", async () => {
    const all = ["find", "/app", "-type", "f", "-printf", "%P %m %u\n"];
    const { output } = await runOnce([], all);
    const lines = output.trimEnd().split("\n");
    expect(lines).toContain("apps/relay/dist/main.js 644 root");
    expect(lines).toContain("apps/viewer/out/index.html 644 root");
    expect(lines.filter((line) => !line.endsWith(" 644 root"))).toEqual([]);
    expect(lines.filter((line) => line.includes(".node "))).toHaveLength(1);
    expect(lines.filter((line) => /\.(map|ts) /.test(line))).toEqual([]);
    const managers = await runOnce([], ["which", "npm", "npx", "corepack", "yarn", "pnpm"]);
    expect(managers.output).toBe("");
  });
});

describe("what was passed to the build", () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "screen-share-layers-"));
    await docker("save", "--output", path.join(folder, "image.tar"), IMAGE);
    const { output } = await runProgram(["tar", "-xf", "image.tar"], folder);
    expect(output).toBe("");
    rmSync(path.join(folder, "image.tar"));
    unpackAll(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is in no layer and not in the history of the image", async () => {
    // Finding nothing proves something only if the search works: it must find a word of a file in our layer.
    const found = async (text: string) =>
      (await runProgram(["grep", "-rlF", "--", text, "."], folder)).output;
    expect(await found("exec node /app/apps/relay/dist/mint.js")).not.toBe("");
    expect(await found(PLANTED_SECRET)).toBe("");
  });

  it("leaves no file in any layer that could contain a secret", async () => {
    let layers = 0;
    for (const file of filesIn(folder)) {
      const { code, output } = await runProgram(["tar", "-tf", file]);
      if (code !== 0) continue;
      layers++;
      // The base image may contain the public certificates of authorities.
      const names = output.split("\n").filter((name) => !/^(usr\/share|etc\/ssl)\//.test(name));
      expect(names.filter((name) => SECRET_FILES.test(name))).toEqual([]);
    }
    expect(layers).toBeGreaterThan(1);
  });

  it("includes no .env, recording, npm settings or build output", async () => {
    const search =
      "find / -xdev \\( -path /proc -o -path '*/node_modules' -o -path /usr \\) -prune -o -type f -print";
    const names = (await inBuild(search)).split("\n");
    expect(names).toContain("/src/apps/relay/src/main.ts");
    expect(names.filter((name) => SECRET_FILES.test(name) && !name.startsWith("/etc/"))).toEqual(
      [],
    );
    expect(names.filter((name) => name.startsWith("/src/apps/capture/"))).toEqual([]);
    const places = "/src/apps /src/packages /root /etc /usr/local/etc";
    expect(await inBuild(`grep -rlF ${PLANTED_SECRET} ${places} || true`)).toBe("");
  });
});
