import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRecordingFile } from "./recording-file.ts";

let folder: string;
let umask: number;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "recording-"));
  umask = process.umask(0);
});
afterEach(() => {
  process.umask(umask);
});

async function create(name: string) {
  const file = await createRecordingFile(name);
  if ("problem" in file) throw new Error(file.problem);
  return file;
}

describe("a recording's file", () => {
  it("is for its user alone, whatever the umask, and holds what was appended", async () => {
    const file = await create(path.join(folder, "a.recording"));
    expect(file.name).toBe(path.join(folder, "a.recording"));
    await file.append(Buffer.from("one "));
    await file.append(Buffer.from("two"));
    await file.close();
    expect(statSync(file.name).mode & 0o777).toBe(0o600);
    expect(readFileSync(file.name, "utf8")).toBe("one two");
  });

  it("never takes the place of another, and says so", async () => {
    const name = path.join(folder, "a.recording");
    writeFileSync(name, "dear");
    expect(await createRecordingFile(name)).toEqual({
      problem: `Nothing can be recorded to ${name}: it exists already, and a recording never takes the place of another file.`,
    });
    expect(readFileSync(name, "utf8")).toBe("dear");
  });

  it("says plainly that there is no such folder", async () => {
    const name = path.join(folder, "none", "a.recording");
    expect(await createRecordingFile(name)).toHaveProperty(
      "problem",
      `Nothing can be recorded to ${name}: there is no such folder.`,
    );
  });
});
