import { AGENT_SETTINGS, NO_ENV_FILE } from "@screen-share/program";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SETTING_NAMES } from "./config.ts";
import { readEnvironment } from "./env.ts";

afterEach(() => vi.unstubAllEnvs());

describe("readEnvironment", () => {
  it("reads the process's own variables and passes warnings on", () => {
    vi.stubEnv(NO_ENV_FILE, "1");
    vi.stubEnv("ROOM", ' "own" ');
    vi.stubEnv("LOG_LEVEL", "loud");
    const warnings: string[] = [];
    const environment = readEnvironment((sentence) => warnings.push(sentence));
    expect(environment).toMatchObject({ ROOM: "own" });
    expect(environment).not.toHaveProperty("LOG_LEVEL");
    expect(warnings).toEqual([expect.stringContaining("LOG_LEVEL")]);
  });

  it("knows every setting of the agent by name", () => {
    expect([...SETTING_NAMES].sort()).toEqual([...AGENT_SETTINGS].sort());
  });
});
