/**
 * Which pages may show a picture that they asked for with a token. A token is an explicit grant, and browsers add none by
 * themselves, so a page that has one could as well connect a WebSocket: the same pages may do either.
 */

/** What a page may read of a picture besides its bytes (Fetch §3.3.3). */
const EXPOSED = "ETag, X-Picture-Age, X-Producer-State, Retry-After";

/** Browsers keep the answer to a preflight for so long, s; Chromium for no longer than this. */
const PREFLIGHT_MAX_AGE_S = 7200;

/**
 * What a browser is told that asks before it asks for a picture: whether a page may show its token in a header (Fetch §3.3).
 * @param embedding as `embeddingHeaders` has it for this request
 */
export function preflightHeaders(
  embedding: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    ...embedding,
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match, Cache-Control",
    "Access-Control-Max-Age": String(PREFLIGHT_MAX_AGE_S),
  };
}

/**
 * The headers by which browsers let a page embed (Cross-Origin-Resource-Policy, Fetch §3.8) and read (CORS, Fetch §3.3) a picture.
 * @param options.guarded whether it took a token to get here; without one pictures are for our own page alone
 * @param options.allowedOrigins pages that may connect, to the letter; none: all
 * @param options.origin the page's, if the request says: one that was let in. Plain `<img>` does not say, `<img crossorigin>` does
 */
export function embeddingHeaders(options: {
  readonly guarded: boolean;
  readonly allowedOrigins: readonly string[];
  readonly origin: string | undefined;
}): Readonly<Record<string, string>> {
  const { guarded, allowedOrigins, origin } = options;
  if (!guarded) return { "Cross-Origin-Resource-Policy": "same-origin" };
  if (allowedOrigins.length === 0) {
    return {
      "Cross-Origin-Resource-Policy": "cross-origin",
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Expose-Headers": EXPOSED,
    };
  }
  return {
    "Cross-Origin-Resource-Policy": "same-origin",
    Vary: "Origin",
    ...(origin === undefined
      ? {}
      : { "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED }),
  };
}
