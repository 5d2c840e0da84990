/** Looks for barriers to people with disabilities, by axe-core: what it can see of WCAG 2.2 A and AA, and of good practice. */
import axe from "axe-core";
import type { Page } from "playwright-core";

/** What is wrong with the page as it is now: a line for each rule that some element breaks, and where. */
export async function barriers(page: Page): Promise<readonly string[]> {
  const loaded = await page.evaluate(() => "axe" in window);
  // As the debugger evaluates it; the page's own policy lets no foreign script in.
  if (!loaded) await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await run(document);
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`,
    );
  });
}
