import { NO_ENV_FILE } from "@screen-share/program";
import { afterEach, expect, it, vi } from "vitest";
import { readPublisherEnvironment } from "./settings.ts";

afterEach(() => vi.unstubAllEnvs());

it("reads the process's own variables and reports warnings", () => {
  vi.stubEnv(NO_ENV_FILE, "1");
  vi.stubEnv("ROOM", ' "own" ');
  vi.stubEnv("LOG_LEVEL", "loud");
  const warnings: string[] = [];
  const environment = readPublisherEnvironment(import.meta.url, (sentence) =>
    warnings.push(sentence),
  );
  expect(environment).toMatchObject({ ROOM: "own" });
  expect(environment).not.toHaveProperty("LOG_LEVEL");
  expect(warnings).toEqual([expect.stringContaining("LOG_LEVEL")]);
});
