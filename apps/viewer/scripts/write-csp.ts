/**
 * The last step of the build: every exported page gets its first script and its policy, and the one that is shown at any depth finds its
 * files. A page that cannot have them fails the build.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { relative, rooted } from "./addresses.ts";
import { withPolicy } from "./csp.ts";
import { packed, withFirstScript } from "./first-script.ts";

const FIRST_SCRIPT = new URL("opening.js", import.meta.url);
const FOLDER = fileURLToPath(new URL("../out", import.meta.url));
const NOT_FOUND = "404.html";

function fail(problem: string): void {
  process.stderr.write(`No policy for the viewer: ${problem}.\n`);
  process.exitCode = 1;
}

const files = await readdir(FOLDER, { recursive: true });
const pages = files.filter((file) => file.endsWith(".html"));
const script = packed(await readFile(FIRST_SCRIPT, "utf8"));
if (pages.length === 0) fail(`there is no page in ${FOLDER}`);
for (const name of files.filter((file) => /\.(?:html|js|css|txt|json)$/.test(file))) {
  const file = path.join(FOLDER, name);
  await writeFile(file, relative(await readFile(file, "utf8")));
}
for (const page of pages) {
  const file = path.join(FOLDER, page);
  try {
    const html = await readFile(file, "utf8");
    const isNotFound = page === NOT_FOUND;
    const first = withFirstScript(isNotFound ? rooted(html) : html, script, { isNotFound });
    await writeFile(file, withPolicy(first));
  } catch (error) {
    fail(`${page}: ${error instanceof Error ? error.message : error}`);
  }
}
