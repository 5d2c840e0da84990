import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { programFile } from "@screen-share/publish/testing/programs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRecordingFile } from "./recording-file.ts";

const RUN_WRITER = [programFile("capture", "recording-writer")];

let folder: string;
let umask: number;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "recording-"));
  umask = process.umask(0);
});
afterEach(() => {
  process.umask(umask);
});

/** @param script what writes it instead, once it has said that it is there */
async function create(name: string, script?: string) {
  const writer = script === undefined ? RUN_WRITER : ["-e", `console.log(0); ${script}`];
  const file = await createRecordingFile(path.join(folder, name), writer);
  if ("problem" in file) throw new Error(file.problem);
  return file;
}

describe("a recording's file", () => {
  it("is for its user alone, whatever the umask, and holds what was appended", async () => {
    const file = await create("a.recording");
    expect(file.name).toBe(path.join(folder, "a.recording"));
    await file.append([Buffer.from("one ")]);
    await file.append([Buffer.from("two")]);
    await file.close();
    expect(statSync(file.name).mode & 0o777).toBe(0o600);
    expect(readFileSync(file.name, "utf8")).toBe("one two");
  });

  it("never replaces another file, and reports that", async () => {
    const name = path.join(folder, "a.recording");
    writeFileSync(name, "dear");
    expect(await createRecordingFile(name, RUN_WRITER)).toEqual({
      problem: `Nothing can be recorded to ${name}: it exists already, and a recording never replaces another file.`,
    });
    expect(readFileSync(name, "utf8")).toBe("dear");
  });

  it("reports plainly that there is no such folder", async () => {
    const name = path.join(folder, "none", "a.recording");
    expect(await createRecordingFile(name, RUN_WRITER)).toHaveProperty(
      "problem",
      `Nothing can be recorded to ${name}: there is no such folder.`,
    );
  });

  it("reports its writer's error, and that nothing more can be written", async () => {
    const file = await create(
      "b.recording",
      'process.stdin.on("data", () => console.log("ENOSPC"))',
    );
    const full = "no space is left on the disk";
    await expect(file.append([Buffer.from("one")])).rejects.toThrow(full);
    await expect(file.append([Buffer.from("two")])).rejects.toThrow(full);
    await expect(file.close()).rejects.toThrow(full);
  });

  it("waits for what its writer has not written yet", async () => {
    const file = await create(
      "c.recording",
      'process.stdin.once("data", () => { console.log(2); setTimeout(() => console.log(3), 50); })',
    );
    const since = performance.now();
    await file.append([Buffer.from("one")]);
    expect(performance.now() - since).toBeGreaterThan(45);
    await file.close();
  });

  it("does not wait for a writer that was killed", async () => {
    const file = await create("d.recording", 'process.stdin.on("data", () => process.abort())');
    await expect(file.append([Buffer.from("one")])).rejects.toThrow("the process that writes it");
    await expect(file.close()).rejects.toThrow("the process that writes it");
  });

  it("is not there without a writer", async () => {
    const name = path.join(folder, "e.recording");
    expect(await createRecordingFile(name, [path.join(folder, "none.js")])).toHaveProperty(
      "problem",
      `Nothing can be recorded to ${name}: the process that writes it has ended.`,
    );
  });
});
