/** The page's style sheets: two are global and style only elements; all others are modules, whose classes are used and exist. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
const read = (name: string) => readFileSync(path.join(folder, name), "utf8");
const sheets = files.filter((name) => name.endsWith(".css"));
const GLOBAL = ["ui/base.css", "ui/tokens.css"];

function classesIn(sheet: string): Set<string> {
  const text = read(sheet).replace(/\/\*[\s\S]*?\*\//g, "");
  const selectors = [...text.matchAll(/[^{};]+(?=\{)/g)].map(([selector]) => selector);
  return new Set(
    selectors.flatMap((s) => [...s.matchAll(/\.([a-z]\w*)/gi)].map(([, c = ""]) => c)),
  );
}

/** The names that components take from each module. */
function classesUsed(): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  for (const name of files.filter((file) => file.endsWith(".tsx"))) {
    const text = read(name);
    for (const [, local, from = ""] of text.matchAll(/import (\w+) from "(.+\.module\.css)"/g)) {
      const sheet = path.join(path.dirname(name), from);
      const names = used.get(sheet) ?? new Set();
      for (const [, found = ""] of text.matchAll(new RegExp(`\\b${local}\\.(\\w+)`, "g"))) {
        if (found !== "module") names.add(found);
      }
      if (text.includes(`${local}[form]`)) for (const form of ["page", "pill"]) names.add(form);
      used.set(sheet, names);
    }
  }
  return used;
}

describe("the style sheets", () => {
  it("are modules, except two that have no class", () => {
    expect(sheets.filter((name) => !name.endsWith(".module.css")).sort()).toEqual(GLOBAL);
    expect(GLOBAL.flatMap((name) => [...classesIn(name)])).toEqual([]);
  });

  it("have exactly the classes that components use", () => {
    const used = classesUsed();
    expect([...used.keys()].sort()).toEqual(sheets.filter((name) => !GLOBAL.includes(name)).sort());
    for (const [sheet, names] of used) {
      expect([sheet, [...classesIn(sheet)].sort()]).toEqual([sheet, [...names].sort()]);
    }
  });

  it("depend on no test id", () => {
    expect(sheets.filter((name) => read(name).includes("data-testid"))).toEqual([]);
  });
});
