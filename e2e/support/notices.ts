/** What the page says for a moment, kept for a test that may look later than that. */
import type { Evaluating } from "./other-browser.ts";
import { eventually } from "./wait.ts";

type Noting = Window & { noticed?: string[] };

/** To be run in the page, at any time before what is to be kept. */
export function noteNotices(): void {
  const noticed: string[] = [];
  (window as Noting).noticed = noticed;
  new MutationObserver(() => {
    noticed.push(document.querySelector('[data-testid="notice"]')?.textContent ?? "");
  }).observe(document, { childList: true, characterData: true, subtree: true });
}

/** @returns all that was noticed, once the words were among it, or not for a while */
export async function noticesOf(page: Evaluating, words: RegExp): Promise<readonly string[]> {
  return await eventually(
    () => page.evaluate(() => (window as Noting).noticed ?? [], undefined),
    (all) => all.some((each) => words.test(each)),
  );
}
