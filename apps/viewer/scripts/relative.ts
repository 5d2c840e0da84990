/**
 * What stands in a build for the folder that the page is in, until the last step names files relative to it. Next is not given "." itself:
 * for a prefix with a path of its own it adds what matches rewrites to the page, 3 KB that an export never needs. Pure.
 */

/** An address that cannot exist (RFC 2606), and without a path. */
export const ASSET_PREFIX = "https://assets.invalid";

/** @param file a page, script or style sheet of the build */
export function relative(file: string): string {
  return file.replaceAll(ASSET_PREFIX, ".");
}
