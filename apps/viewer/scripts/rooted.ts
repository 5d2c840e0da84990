/** The page for what is not found is shown at any depth, so its files are named from the root of the server. Pure. */

/** @param html an exported page, whose files are named relative to it */
export function rooted(html: string): string {
  return html.replace(/(<(?:link|script)\b[^>]*?\b(?:href|src)=")\.\//g, "$1/");
}
