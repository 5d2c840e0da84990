/** Conditional requests (RFC 9110 §13). */
import fresh from "fresh";

/**
 * Whether a client has this already, by its `If-None-Match`. Nothing else of the request counts.
 * @param etag of what would be sent, a strong one
 */
export function isKnown(headers: ReadonlyMap<string, string>, etag: string): boolean {
  return fresh({ "if-none-match": headers.get("if-none-match")?.trim() }, { etag });
}
