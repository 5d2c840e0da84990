/**
 * Which pages of other origins may show a picture. Browsers never add a token by themselves, so a page that has one was given it and
 * could connect a WebSocket as well: the same pages may do both.
 */

type Headers = Readonly<Record<string, string>>;

/**
 * The reply to a CORS preflight: a page may send its token in a header (Fetch §3.3).
 * @param allowed the result of `crossOriginHeaders` for this request
 */
export function preflightHeaders(allowed: Headers): Headers {
  return {
    ...allowed,
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match, Cache-Control",
    // Chromium caches it for no longer.
    "Access-Control-Max-Age": "7200",
  };
}

/**
 * The headers that let a page embed a picture (Cross-Origin-Resource-Policy, Fetch §3.8) and read it (CORS, Fetch §3.3).
 * @param options.requiresToken without a token only our own page may use pictures
 * @param options.allowedOrigins origins that may connect, compared literally; none allows all
 * @param options.origin the page's origin, which is allowed. `<img crossorigin>` sends it, a plain `<img>` does not
 */
export function crossOriginHeaders(options: {
  readonly requiresToken: boolean;
  readonly allowedOrigins: readonly string[];
  readonly origin: string | undefined;
}): Headers {
  const { requiresToken, allowedOrigins, origin } = options;
  if (!requiresToken) return { "Cross-Origin-Resource-Policy": "same-origin" };
  const readable = (by: string) => ({
    "Access-Control-Allow-Origin": by,
    // Besides the safelisted ones (Fetch §3.3.3).
    "Access-Control-Expose-Headers": "ETag, X-Picture-Age, X-Producer-State, Retry-After",
  });
  return allowedOrigins.length === 0
    ? { "Cross-Origin-Resource-Policy": "cross-origin", ...readable("*") }
    : {
        "Cross-Origin-Resource-Policy": "same-origin",
        Vary: "Origin",
        ...(origin === undefined ? {} : readable(origin)),
      };
}
