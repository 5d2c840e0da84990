/**
 * Which origins may use a relay. Without a secret: only programs and pages on its own machine. Any web page that the host opens can reach
 * loopback too (cross-site WebSockets, DNS rebinding), and a tunnel may publish the port; the request's headers reveal both.
 */

/** A request's headers: names in lower case, repeated ones joined by ", ". */
export type Headers = ReadonlyMap<string, string>;

/**
 * For a relay with a secret.
 * @param allowed origins, compared literally; none allows all
 * @returns why the request is refused, in plain words, or undefined
 */
export function foreignOrigin(headers: Headers, allowed: readonly string[]): string | undefined {
  const origin = headers.get("origin");
  const isAllowed = origin === undefined || allowed.length === 0 || allowed.includes(origin);
  return isAllowed ? undefined : "pages of this origin may not connect";
}

/** Any port: one forwarded by `ssh -L` is still this machine. The name is what protects. */
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/;
const HTTP_PORT = "80";

/**
 * For a relay without a secret.
 * @param options.allowedOrigins origins besides our own page's, compared literally
 * @param options.picture whether a picture is requested over HTTP, which pages of other sites could embed unseen
 * @returns why the request is refused, in plain words, or undefined
 */
export function refusalWithoutSecret(
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
  // Anything but our own page, or no page at all, is another site.
  if (options.picture && site !== undefined && site !== "same-origin" && site !== "none") {
    return "pages of other sites may not embed this picture";
  }
  return undefined;
}

/** A loopback host with its port in canonical form, or undefined for any other host. */
function hostOf(text: string): string | undefined {
  const [, name, port = HTTP_PORT] = LOOPBACK_HOST.exec(text.toLowerCase()) ?? [];
  return name === undefined ? undefined : `${name}:${port}`;
}
