/** A step of the build: the script for other people's pages, one file, `out/embed.js` (docs/embedding.md). */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { build } from "rolldown";
import { RELAY_URLS } from "../src/env.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const FILE = at("../out/embed.js");

await build({
  input: at("../src/embed/viewer-element.ts"),
  platform: "browser",
  tsconfig: at("../tsconfig.json"),
  // As Next does it for the page: a browser has no environment.
  transform: {
    define: {
      "process.env.VERCEL": "undefined",
      "process.env.WORKER_URL": "undefined",
      "process.env.NEXT_PUBLIC_RELAY_URL": JSON.stringify(RELAY_URLS ?? ""),
    },
    // Browsers that lack what the picture needs must at least run the code that reports this to the surrounding page.
    target: "es2018",
  },
  output: { file: FILE, format: "esm", minify: true },
});

// `import.meta` is newer as a standard, but came to browsers in 2018.
const code = (await readFile(FILE, "utf8")).replaceAll("import.meta.url", '""');
parse(code, { ecmaVersion: 2018, sourceType: "module" });
