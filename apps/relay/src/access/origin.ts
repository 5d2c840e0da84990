/**
 * Which origins may use a relay. Without a secret: only programs and pages on its own machine. Any web page that the host opens can reach
 * loopback too (cross-site WebSockets, DNS rebinding), and a tunnel may publish the port; the request's headers reveal both. Pages that
 * may connect may also show pictures: browsers never add a token by themselves, so a page that has one was given it.
 */
import { trustedAuthority } from "@screen-share/protocol";
import type { HttpRequest } from "../http/reply.ts";

type Headers = HttpRequest["headers"];
type ReplyHeaders = Readonly<Record<string, string>>;

/** For a relay with a secret. @param allowed compared literally; none allows all. @returns why the request is refused, if it is */
export function foreignOrigin(headers: Headers, allowed: readonly string[]): string | undefined {
  const origin = headers.get("origin");
  const isAllowed = origin === undefined || allowed.length === 0 || allowed.includes(origin);
  return isAllowed ? undefined : "pages of this origin may not connect";
}

/**
 * For a relay without a secret.
 * @param options.allowedOrigins besides our own page's, compared literally
 * @param options.picture whether a picture is requested over HTTP, which pages of other sites could embed unseen
 * @returns why the request is refused, if it is
 */
export function refusalWithoutSecret(
  headers: Headers,
  options: { readonly allowedOrigins: readonly string[]; readonly picture: boolean },
): string | undefined {
  // Any port: one that `ssh -L` forwards is still this machine.
  const host = trustedAuthority(headers.get("host") ?? "");
  if (host === undefined) return "this relay has no secret, so it answers only to localhost";
  for (const name of headers.keys()) {
    if (name === "forwarded" || name.startsWith("x-forwarded-")) {
      return "this relay has no secret, so it must not be published through a proxy or tunnel";
    }
  }
  const origin = headers.get("origin");
  const own = trustedAuthority(/^http:\/\/(.*)$/i.exec(origin ?? "")?.[1] ?? "") === host;
  if (origin !== undefined && !own && !options.allowedOrigins.includes(origin)) {
    return "this page is not one of the relay's own";
  }
  const site = headers.get("sec-fetch-site");
  // Anything but our own page, or no page at all, is another site.
  if (options.picture && site !== undefined && site !== "same-origin" && site !== "none") {
    return "pages of other sites may not embed this picture";
  }
  return undefined;
}

/** Of the reply to a CORS preflight: a page may send its token in a header (Fetch §3.3). @param allowed from `crossOriginHeaders` */
export function preflightHeaders(allowed: ReplyHeaders): ReplyHeaders {
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
}): ReplyHeaders {
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
