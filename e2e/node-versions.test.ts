/** Later versions of Node, with the transport that runs on all of them: its suite passes, and the built relay carries a picture. */
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { TestProducer } from "@screen-share/protocol/testing/test-producer";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually, within } from "./support/wait.ts";

const VERSIONS = [22, 24, 26];
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RELAY = fileURLToPath(new URL("../apps/relay/dist/main.js", import.meta.url));
const VITEST = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const SUITE = fileURLToPath(new URL("support/vitest.config.ts", import.meta.url));
const SIZE = { width: 320, height: 200 };
const LIMIT_MS = 30_000;
/** A run takes about half a minute. */
const SUITE_LIMIT_MS = 240_000;

/** The relevant part of the report of vitest's JSON reporter. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function nodeOf(version: number): string {
  return fileURLToPath(new URL(`nodes/node_modules/node${version}/bin/node`, import.meta.url));
}

/** npm has these builds for one platform. */
const HERE = process.platform === "linux" && process.arch === "x64";

describe.runIf(HERE)("the built relay", () => {
  it.each(VERSIONS)("carries a picture on Node %i with TRANSPORT=ws", async (version) => {
    const execPath = nodeOf(version);
    expect(existsSync(execPath)).toBe(true);
    const relay = fork(RELAY, [], {
      execPath,
      execArgv: [],
      env: { PATH: "/usr/bin:/bin", PORT: "0", TRANSPORT: "ws" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    onTestFinished(() => void relay.kill("SIGKILL"));
    const [{ port }] = (await within(once(relay, "message"), LIMIT_MS, "starting")) as [
      { port: number },
    ];
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(answer.status).toBe(200);

    const { tables, tiles } = encodeTiles(screenLike(SIZE, 1));
    const producer = new TestProducer({
      port,
      room: "main",
      onWelcome: () => producer.whole({ codec: "jpeg-tiles", ...SIZE, tables: [tables] }, tiles),
    });
    const codes: number[] = [];
    const viewer = new TestViewer(port, { onClosed: (code) => codes.push(code) });
    onTestFinished(() => {
      producer.drop();
      viewer.close();
    });
    await viewer.until(() => viewer.replica.shown !== undefined);
    const shown = viewer.replica.shown?.since(0) ?? [];
    expect(shown.map(({ bytes }) => Buffer.from(bytes))).toEqual(
      tiles.map(({ bytes }) => Buffer.from(bytes)),
    );
    expect(await eventually(async () => producer.idle, Boolean)).toBe(true);

    const exit = once(relay, "exit");
    relay.kill("SIGTERM");
    expect((await within(exit, LIMIT_MS, "the relay's end"))[0]).toBe(0);
    expect(
      await eventually(
        async () => codes,
        ({ length }) => length > 0,
      ),
    ).toEqual([1012]);
  });
});

describe.runIf(HERE).concurrent(
  "the transport's suite",
  () => {
    it.each(VERSIONS)("passes on Node %i with TRANSPORT=ws", async (version) => {
      const suite = ["run", "--config", SUITE, "--reporter=json"];
      const env = { PATH: "/usr/bin:/bin", CI: "true", TRANSPORT: "ws" };
      const options = { cwd: ROOT, env, timeout: SUITE_LIMIT_MS, maxBuffer: 2 ** 26 };
      const run = promisify(execFile)(nodeOf(version), [VITEST, ...suite], options);
      const { stdout } = await run.catch((failed: { stdout: string }) => failed);
      const report: Report = JSON.parse(stdout.slice(stdout.indexOf("{")));
      const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
      expect(tests.filter(({ status }) => status !== "passed")).toEqual([]);
      for (const part of ["WebSockets on ws", "HTTP on ws", "unfinished messages on ws"]) {
        expect(tests.filter(({ fullName }) => fullName.startsWith(part))).not.toEqual([]);
      }
    });
  },
  SUITE_LIMIT_MS,
);
