/**
 * Which pages may show a picture that they asked for with a token. A token is an explicit grant, and browsers add none by
 * themselves, so a page that has one could as well connect a WebSocket: the same pages may do either.
 */

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
    return { "Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*" };
  }
  return {
    "Cross-Origin-Resource-Policy": "same-origin",
    Vary: "Origin",
    ...(origin === undefined ? {} : { "Access-Control-Allow-Origin": origin }),
  };
}
