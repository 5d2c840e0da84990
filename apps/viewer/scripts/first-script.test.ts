import { readFile } from "node:fs/promises";
import { parse } from "acorn";
import { describe, expect, it } from "vitest";
import { packed, withFirstScript } from "./first-script.ts";

const OPENING = new URL("opening.js", import.meta.url);
const PAGE =
  '<!DOCTYPE html><html><head><meta charSet="utf-8" data-x=""/><script src="/a.js"></script>';
const put = (html: string, isNotFound = false) => withFirstScript(html, "one();", { isNotFound });

describe("the first script", () => {
  it("comes before everything that is loaded, and names its page", () => {
    expect(put(PAGE)).toBe(PAGE.replace('""/>', '""/><script id="opening">one();</script>'));
    expect(put(PAGE, true)).toContain('<script id="opening" data-not-found>one();</script>');
  });

  it("takes the place of the one of an earlier build", () => {
    expect(put(put(PAGE, true))).toBe(put(PAGE));
  });

  it("is refused by a page without a charset, and if it would end its own element", () => {
    expect(() => put("<html><head></head></html>")).toThrow(/charset/);
    expect(() => withFirstScript(PAGE, "'</script>'", { isNotFound: false })).toThrow(/its own/);
  });

  it("is ECMAScript 5, and packed the same without its comments", async () => {
    const source = await readFile(OPENING, "utf8");
    const code = packed(source);
    expect(() => parse(code, { ecmaVersion: 5 })).not.toThrow();
    expect(code).not.toMatch(/^\s|\/\*\*|\n\n/m);
    expect(code.length).toBeLessThan(source.length);
    expect(packed("/* a */ var b = '// no'; // c\n\n  d();")).toBe("var b = '// no';\nd();");
    for (const newer of ["var a = b => b;", "let a;", "var a = `b`;", "f(a,);"]) {
      expect(() => packed(newer)).toThrow(SyntaxError);
    }
  });
});
