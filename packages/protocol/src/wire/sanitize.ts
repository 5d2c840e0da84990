/** Makes text from other people safe to show in a log, in a terminal or on a page. */

/**
 * Control characters, which terminals obey; unpaired surrogates; line and paragraph separators; and characters that change the direction
 * of text, which can make it read as something else (Unicode Technical Report 36, §2.4; CVE-2021-42574).
 */
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Removes characters that could mislead a reader or disturb a program. @param maxLength in code points; longer text is cut */
export function plainText(text: string, maxLength: number): string {
  const fit = text.replace(UNFIT, "").trim();
  return [...fit.slice(0, 2 * maxLength)].slice(0, maxLength).join("");
}
