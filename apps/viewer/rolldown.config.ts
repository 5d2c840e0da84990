import { defineConfig } from "rolldown";

// The worker's program, for browsers: one file, all that it needs in it. Not by Next's bundler, which would make it twice as large.
export default defineConfig({
  input: { player: "src/player/worker.ts" },
  platform: "browser",
  transform: { target: "es2022" },
  // Schemas that nothing here parses with are left out: to make one has no effect.
  treeshake: { manualPureFunctions: ["z"] },
  output: {
    dir: "public/player",
    format: "iife",
    minify: true,
    comments: false,
    cleanDir: true,
    entryFileNames: "[name].[hash].js",
  },
});
