import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Agents keep files for their user. Those of tests are kept apart, and removed when all tests are over.
const dataFolder = mkdtempSync(path.join(tmpdir(), "screen-share-data-"));
process.once("exit", () => rmSync(dataFolder, { recursive: true, force: true }));
const env = { XDG_DATA_HOME: dataFolder };

/** They load native code that remembers its first display, or are a process's whole life to look at. */
const APART = ["apps/capture/src/source/*.test.ts", "apps/relay/test/hostile.test.ts"];
/** What they find depends on how busy the machine is: one of them leaves a core free, most of the time. */
const UNDISTURBED = ["e2e/flow.test.ts", "e2e/viewer-statistics.test.ts"];
/** Begun late, they would be waited for when all else is over. */
const LONG = [
  "relay/test/hostile.test.ts",
  "relay/test/tools.test.ts",
  "e2e/node-versions.test.ts",
  "e2e/soak.test.ts",
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((end) => moduleId.endsWith(end));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// Unit tests wait more than they compute.
const unit = {
  env,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  maxWorkers: availableParallelism() + 1,
};
const real = { env, testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        // One process after another runs many files, which spares each of them to load all modules anew.
        test: {
          ...unit,
          name: "unit",
          include: ["packages/**/*.test.ts", "apps/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...APART],
          isolate: false,
          globalSetup: "packages/publish/test/programs.ts",
        },
      },
      { test: { ...unit, name: "unit-apart", include: APART } },
      {
        test: {
          ...real,
          name: "e2e",
          include: ["e2e/*.test.ts"],
          exclude: UNDISTURBED,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...real,
          name: "e2e-undisturbed",
          include: UNDISTURBED,
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        // Needs an image and an engine: docker/verify brings both.
        test: {
          ...real,
          name: "container",
          include: ["e2e/container/*.test.ts"],
          isolate: false,
          maxWorkers: 2,
        },
      },
    ],
  },
});
