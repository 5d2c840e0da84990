import { defineConfig } from "rolldown";

// Everything is bundled, workspace packages included.
export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  output: { dir: "dist", format: "esm", sourcemap: true, cleanDir: true },
});
