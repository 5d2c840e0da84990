/**
 * Checks a state of the page in every size and in both colour schemes: nothing is cut off, the page does not scroll, and axe finds
 * nothing. With `SCREENSHOTS=folder` it keeps a screenshot of each view there.
 */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type axe from "axe-core";
import type { Page } from "playwright-core";

const SIZES = {
  desktop: { width: 1280, height: 720 },
  phone: { width: 360, height: 640 },
  landscape: { width: 640, height: 360 },
} as const;
const SCHEMES = ["dark", "light"] as const;

/** Minified: each page has to compile it again. */
const SOURCE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** @returns what is wrong, one line each */
export async function problemsInEveryView(page: Page, name: string): Promise<readonly string[]> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await mkdir(folder, { recursive: true });
  const problems: string[] = [];
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await settled(page);
      const view = `${name}-${size}-${colorScheme}`;
      const found = [...(await overflows(page)), ...(await barriers(page))];
      problems.push(...found.map((problem) => `${view}: ${problem}`));
      if (folder) await page.screenshot({ path: path.join(folder, `${view}.png`) });
    }
  }
  return problems;
}

async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const finite = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
    // One that is replaced by another never finishes.
    await Promise.allSettled(finite.map(({ finished }) => finished));
  });
}

async function overflows(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
    const problems: string[] = [];
    if (scrollWidth > clientWidth || scrollHeight > clientHeight) problems.push("the page scrolls");
    for (const element of document.querySelectorAll("main :is(h2, p, code, button, a, input)")) {
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 1 && (left < 0 || right > clientWidth)) {
        problems.push(`cut off: ${element.outerHTML.slice(0, 80)}`);
      }
    }
    return problems;
  });
}

/** What axe-core finds of WCAG 2.2 A and AA, and of best practices: a line for each rule that is broken, with the elements. */
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
