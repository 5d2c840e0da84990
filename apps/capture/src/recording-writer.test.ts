import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { programFile } from "@screen-share/publish/testing/programs";
import { describe, expect, it } from "vitest";

const WRITER = programFile("capture", "recording-writer");

/** Starts it on this file. */
function start(name: string) {
  const file = openSync(name, "w");
  const writer = spawn(process.execPath, [WRITER], {
    stdio: ["pipe", "pipe", "inherit", file],
  });
  closeSync(file);
  let said = "";
  writer.stdout?.on("data", (text) => {
    said += text;
  });
  const until = async (text: string) => {
    while (!said.includes(text) && writer.stdout) await once(writer.stdout, "data");
  };
  const ended = once(writer, "close").then(([code]) => ({ code, said }));
  return { writer, until, ended };
}

describe("a recording's writer", () => {
  it("writes everything it receives, reports how much that is, and ends with its input, whatever signals come before", async () => {
    const name = path.join(mkdtempSync(path.join(tmpdir(), "writer-")), "a");
    const { writer, until, ended } = start(name);
    await until("0\n");
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) writer.kill(signal);
    writer.stdin?.write("one ");
    await until("4\n");
    expect(readFileSync(name, "utf8")).toBe("one ");
    writer.stdin?.end("two");
    expect(await ended).toEqual({ code: 0, said: "0\n4\n7\n" });
    expect(readFileSync(name, "utf8")).toBe("one two");
  });

  it("writes everything it received even if its parent is gone", async () => {
    const name = path.join(mkdtempSync(path.join(tmpdir(), "writer-")), "a");
    const { writer, until, ended } = start(name);
    await until("0\n");
    writer.stdout?.destroy();
    writer.stdin?.end("one");
    expect((await ended).code).toBe(0);
    expect(readFileSync(name, "utf8")).toBe("one");
  });

  it.runIf(existsSync("/dev/full"))("reports what is wrong with the disk, and exits", async () => {
    const { writer, ended } = start("/dev/full");
    writer.stdin?.write("one");
    expect(await ended).toEqual({ code: 1, said: "0\nENOSPC\n" });
  });
});
