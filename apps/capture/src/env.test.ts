import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readEnvironment } from "./env.ts";

afterEach(() => vi.unstubAllEnvs());

describe("readEnvironment", () => {
  function envFile(text: string): string {
    const file = join(mkdtempSync(join(tmpdir(), "env-")), ".env");
    writeFileSync(file, text);
    return file;
  }

  it("puts the process's own variables before those of the file, unless they are empty", () => {
    vi.stubEnv("ROOM", "own");
    vi.stubEnv("FRAME_RATE", "");
    const environment = readEnvironment([envFile("ROOM=file\nFRAME_RATE=7\nMONITOR=2")]);
    expect(environment).toMatchObject({ ROOM: "own", FRAME_RATE: "7", MONITOR: "2" });
  });

  it("takes the first file that there is, and does without any", () => {
    const files = ["/nowhere/.env", envFile("MONITOR=1"), envFile("MONITOR=2")];
    expect(readEnvironment(files)).toMatchObject({ MONITOR: "1" });
    expect(readEnvironment(["/nowhere/.env"])).not.toHaveProperty("MONITOR");
  });
});
