/** The page's style sheets are all loaded at once: a name that two of them give means both. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));
const SHEETS = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".css") && !name.endsWith(".module.css"),
);

/** The sheets that style a class, by the folder that they are of. */
function owners(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const sheet of SHEETS) {
    const text = readFileSync(`${folder}/${sheet}`, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    const part = sheet.split("/").slice(0, -1).join("/");
    for (const [selector] of text.matchAll(/[^{};]+(?=\{)/g)) {
      for (const [, name = ""] of selector.matchAll(/\.([a-z][\w-]*)/g)) {
        found.set(name, (found.get(name) ?? new Set()).add(part));
      }
    }
  }
  return found;
}

it("has no class that two parts of the page style", () => {
  const classes = owners();
  expect(classes.size).toBeGreaterThan(20);
  const shared = [...classes].filter(([, parts]) => parts.size > 1).map(([name]) => name);
  expect(shared).toEqual([]);
});
