/** Runs the transport's suite alone, on another version of Node: without the programs that the set-up of the unit tests builds. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["apps/relay/src/transport/*.test.ts"],
    isolate: false,
    // The suite runs on several versions of Node at a time.
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
