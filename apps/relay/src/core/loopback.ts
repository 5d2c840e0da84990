/**
 * Who may ask a relay that has no secret: programs and pages of this machine alone. Any web page that the host opens can
 * reach loopback too (cross-site WebSockets, DNS rebinding), and a tunnel may publish it; both are told by their headers.
 */

/** What a request says of where it comes from; header names in lower case, repeated ones joined by ", ". */
export type Headers = ReadonlyMap<string, string>;

/** Any port: a forwarded one, as by `ssh -L`, is still this machine. What protects is the name. */
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/;
const HTTP_PORT = "80";

/**
 * Judges a request or an upgrade.
 * @param options.allowedOrigins origins besides our own page's, to the letter
 * @param options.picture whether a picture is asked for over HTTP, which pages of other sites could embed unseen
 * @returns why it is refused, in plain words, or undefined
 */
export function refusalOf(
  headers: Headers,
  options: { readonly allowedOrigins: readonly string[]; readonly picture: boolean },
): string | undefined {
  const host = hostOf(headers.get("host") ?? "");
  if (host === undefined) return "this relay has no secret, so it answers only to localhost";
  for (const name of headers.keys()) {
    if (name === "forwarded" || name.startsWith("x-forwarded-")) {
      return "this relay has no secret, so it must not be published through a proxy or tunnel";
    }
  }
  const origin = headers.get("origin");
  const own = origin !== undefined && hostOf(/^http:\/\/(.*)$/i.exec(origin)?.[1] ?? "") === host;
  if (origin !== undefined && !own && !options.allowedOrigins.includes(origin)) {
    return "this page is not one of the relay's own";
  }
  const site = headers.get("sec-fetch-site");
  // Whatever is not said to be our own page, or no page at all, is another's.
  if (options.picture && site !== undefined && site !== "same-origin" && site !== "none") {
    return "pages of other sites may not embed this picture";
  }
  return undefined;
}

/** A host of this machine with its port, written in one way; undefined for any other. */
function hostOf(text: string): string | undefined {
  const [, name, port = HTTP_PORT] = LOOPBACK_HOST.exec(text.toLowerCase()) ?? [];
  return name === undefined ? undefined : `${name}:${port}`;
}
