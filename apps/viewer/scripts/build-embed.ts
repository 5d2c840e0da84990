/** A step of the build: the script for other people's pages, one file, `out/embed.js` (docs/embedding.md). */
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

await build({
  input: at("../src/embed/main.ts"),
  platform: "browser",
  tsconfig: at("../tsconfig.json"),
  // As Next does it for the page: a browser has no environment.
  transform: {
    define: {
      "process.env.VERCEL": "undefined",
      "process.env.WORKER_URL": "undefined",
      "process.env.NEXT_PUBLIC_RELAY_URL": JSON.stringify(process.env.NEXT_PUBLIC_RELAY_URL ?? ""),
    },
    target: "es2022",
  },
  output: { file: at("../out/embed.js"), format: "esm", minify: true },
});
