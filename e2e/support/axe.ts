/** Checks a page for accessibility problems with axe-core: what it can find of WCAG 2.2 A and AA, and of best practices. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type axe from "axe-core";
import type { Page } from "playwright-core";

/** Minified: each page has to compile it again. */
const SOURCE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** The problems of the page in its present state: a line for each rule that some element breaks, with these elements. */
export async function barriers(page: Page): Promise<readonly string[]> {
  const loaded = await page.evaluate(() => "axe" in window);
  // The debugger evaluates it; the page's own policy allows no foreign script.
  if (!loaded) await page.evaluate(SOURCE);
  return await page.evaluate(async () => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await run(document, { resultTypes: ["violations"] });
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`,
    );
  });
}
