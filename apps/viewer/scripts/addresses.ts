/** The addresses of a page's files in an export. Pure. */

/**
 * What stands in a build for the folder of the page, until the last step names files relative to it. Next is not given "." itself: for a
 * prefix with a path it adds 3 KB to the page that an export never needs. This address cannot exist (RFC 2606).
 */
export const ASSET_PREFIX = "https://assets.invalid";

export function relative(file: string): string {
  return file.replaceAll(ASSET_PREFIX, ".");
}

/** For the page for what is not found, which is shown at any depth. @param html an exported page, whose files are named relative to it */
export function rooted(html: string): string {
  return html.replace(/(<(?:link|script)\b[^>]*?\b(?:href|src)=")\.\//g, "$1/");
}
