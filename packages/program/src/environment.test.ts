import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { NO_ENV_FILE, readEnvironment } from "./environment.ts";
import { AGENT_SETTINGS, RELAY_SETTINGS } from "./names.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "a project (1)-"));
});

function write(text: string, mode = 0o600): void {
  writeFileSync(path.join(root, ".env"), text);
  chmodSync(path.join(root, ".env"), mode);
}

function read(
  env: Record<string, string> = {},
  { settings = RELAY_SETTINGS, program = "apps/relay/dist/main.js" } = {},
) {
  return readEnvironment({ program: pathToFileURL(path.join(root, program)).href, settings, env });
}

describe("readEnvironment", () => {
  it("prefers the environment to the file, unless it is empty", () => {
    write("HOST=::1\nPORT=7\nVIEWER_URL=https://file.example/");
    expect(read({ HOST: "127.0.0.1", PORT: " ", OTHER: "kept" })).toEqual({
      environment: {
        HOST: "127.0.0.1",
        PORT: "7",
        VIEWER_URL: "https://file.example/",
        OTHER: "kept",
      },
      warnings: [],
    });
  });

  it.each([
    "apps/relay/src/config.ts",
    "apps/relay/dist/config-Ab1.js",
    "scripts/start/settings.ts",
  ])("reads the file at the project's root for %s", (program) => {
    write("PORT=7");
    expect(read({}, { program }).environment).toEqual({ PORT: "7" });
  });

  it("reads no file for a program that was copied out of the project, nor in the current folder", () => {
    write("PORT=7");
    const before = process.cwd();
    process.chdir(root);
    try {
      expect(read({}, { program: "elsewhere/main.js" }).environment).toEqual({});
      expect(read({}, { program: "sub/apps/relay/dist/main.js" }).environment).toEqual({});
    } finally {
      process.chdir(before);
    }
  });

  it("gives a program nothing of the file but its own settings, and reads none if its parent has", () => {
    write("AUTH_SECRET=a-secret-of-the-relay\nROOM=demo\nDISPLAY=:5");
    const agent = { settings: AGENT_SETTINGS, program: "apps/capture/dist/main.js" };
    expect(read({}, agent).environment).toEqual({ ROOM: "demo", DISPLAY: ":5" });
    expect(read({ [NO_ENV_FILE]: "1" }).environment).toEqual({ [NO_ENV_FILE]: "1" });
  });

  it.each([
    ["PORT", "8140 ", "8140"],
    ["PORT", '"8140"', "8140"],
    ["VIEWER_URL", "'https://a.example/'\r", "https://a.example/"],
    ["AUTH_SECRET", " s3cret\t", "s3cret"],
    ["AUTH_SECRET", '"quotes belong to it"', '"quotes belong to it"'],
    ["LOG_LEVEL", "INFO", "info"],
    ["LOG_LEVEL", "Warning", "warn"],
    ["LOG_LEVEL", "trace", "debug"],
    ["LOG_LEVEL", "FATAL", "error"],
    ["LOG_LEVEL", "off", "silent"],
  ])("reads %s=%j as %j", (name, value, meant) => {
    expect(read({ [name]: value })).toEqual({ environment: { [name]: meant }, warnings: [] });
  });

  it.each(["x86_64-conda-linux-gnu", "arm64-apple-darwin20.0.0", hostname(), `${hostname()}.lan`])(
    "ignores the HOST %s of another program with a warning, and takes that of the file",
    (HOST) => {
      write("HOST=::1");
      const { environment, warnings } = read({ HOST });
      expect(environment).toEqual({ HOST: "::1" });
      expect(warnings).toEqual([expect.stringContaining(`HOST is "${HOST}"`)]);
    },
  );

  it.each(["loud", "20", "hyper=warn,info"])("ignores the LOG_LEVEL %s with a warning", (word) => {
    const { environment, warnings } = read({ LOG_LEVEL: word });
    expect(environment).toEqual({});
    expect(warnings).toEqual([expect.stringMatching(/^LOG_LEVEL is .* ignored\.$/)]);
  });

  it.runIf(process.platform !== "win32")(
    "warns of a file with a secret that others can read, and of no other",
    () => {
      const warningsOf = (text: string, mode: number) => {
        write(text, mode);
        return read().warnings;
      };
      const secret = "AUTH_SECRET=x";
      for (const mode of [0o644, 0o640, 0o604]) {
        expect(warningsOf(secret, mode)).toEqual([
          `${root}/.env holds AUTH_SECRET, and other users of this machine can read it; close it with: chmod 600 '${root}/.env'`,
        ]);
      }
      expect(warningsOf("PRODUCER_TOKEN=x", 0o644)).toHaveLength(1);
      expect(warningsOf(secret, 0o600)).toEqual([]);
      expect(warningsOf("PORT=7\nAUTH_SECRET=", 0o644)).toEqual([]);
    },
  );

  it("explains in a sentence why a file cannot be read, and continues with the environment", () => {
    mkdirSync(path.join(root, ".env"));
    const folder = read({ PORT: "7" });
    expect(folder.unreadable).toMatch(/\.env cannot be read: it is a folder .*\.$/);
    expect(folder.environment).toEqual({ PORT: "7" });
  });

  it("explains a link to itself and a file that is not text, and treats a dangling link as no file", () => {
    symlinkSync(".env", path.join(root, ".env"));
    expect(read().unreadable).toMatch(/cannot be read: .+\.$/);
    root = mkdtempSync(path.join(tmpdir(), "env-"));
    write("PORT=7\0\0\0");
    expect(read().unreadable).toMatch(/cannot be read: it is not a text file\.$/);
    root = mkdtempSync(path.join(tmpdir(), "env-"));
    symlinkSync("nowhere", path.join(root, ".env"));
    expect(read()).toEqual({ environment: {}, warnings: [] });
  });
});
