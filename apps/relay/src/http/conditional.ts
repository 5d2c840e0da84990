/** Conditional requests (RFC 9110 §13). */
import fresh from "fresh";

/**
 * Whether a client has a representation already, by its `If-None-Match` alone.
 * @param etag the strong ETag of what would be sent
 */
export function isKnown(headers: ReadonlyMap<string, string>, etag: string): boolean {
  return fresh({ "if-none-match": headers.get("if-none-match")?.trim() }, { etag });
}
