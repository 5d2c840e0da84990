/** Other people's words, made fit to be shown: in a log, at a terminal, on a page. */

/**
 * Control characters (a terminal obeys them), halves of characters, line and paragraph separators, and those that turn the direction of text, by which
 * words can be made to read as others (Unicode Technical Report 36, §2.4; CVE-2021-42574).
 */
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Strips what could deceive or upset whatever shows the text.
 * @param maxLength in code points; what is longer is cut
 */
export function plainText(text: string, maxLength: number): string {
  const fit = text.replace(UNFIT, "").trim();
  return [...fit.slice(0, 2 * maxLength)].slice(0, maxLength).join("");
}
