/** Requests that are to be answered only if something has changed (RFC 9110 §13). */

/** Entity tags of a list: opaque, so a comma inside is no end (RFC 9110 §8.8.3). */
const ENTITY_TAG = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/**
 * Whether a client has this already, by `If-None-Match` (RFC 9110 §13.1.2): `*`, or a list of which one is the same by weak
 * comparison.
 * @param etag of what would be sent, a strong one
 */
export function isKnown(headers: ReadonlyMap<string, string>, etag: string): boolean {
  const known = headers.get("if-none-match");
  if (known === undefined) return false;
  if (known.trim() === "*") return true;
  return [...known.matchAll(ENTITY_TAG)].some(([, tag]) => tag === etag);
}
