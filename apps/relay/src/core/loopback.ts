/**
 * Who may ask a relay that has no secret: programs and pages of this machine alone. Any web page that the host opens can
 * reach loopback too (cross-site WebSockets, DNS rebinding), and a tunnel may publish it; both are told by their headers.
 */

/** What a request says of where it comes from; header names in lower case, repeated ones joined by ", ". */
export type Headers = ReadonlyMap<string, string>;

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"] as const;

export interface LoopbackRules {
  /** The port that we listen on. */
  readonly port: number;
  /** Further origins, to the letter. */
  readonly allowedOrigins: readonly string[];
}

/**
 * Judges a request or an upgrade.
 * @param options.picture whether a picture is asked for over HTTP, which pages of other sites could embed unseen
 * @returns why it is refused, in plain words, or undefined
 */
export function refusalOf(
  headers: Headers,
  rules: LoopbackRules,
  options: { readonly picture: boolean },
): string | undefined {
  const hosts = LOOPBACK_HOSTS.flatMap((host) =>
    rules.port === 80 ? [host, `${host}:80`] : [`${host}:${rules.port}`],
  );
  if (!hosts.includes(headers.get("host")?.toLowerCase() ?? "")) {
    return "this relay has no secret, so it answers only to localhost";
  }
  for (const name of headers.keys()) {
    if (name === "forwarded" || name.startsWith("x-forwarded-")) {
      return "this relay has no secret, so it must not be published through a proxy or tunnel";
    }
  }
  const origin = headers.get("origin");
  if (
    origin !== undefined &&
    !hosts.some((host) => origin.toLowerCase() === `http://${host}`) &&
    !rules.allowedOrigins.includes(origin)
  ) {
    return "this page is not one of the relay's own";
  }
  const site = headers.get("sec-fetch-site");
  // Whatever is not said to be our own page, or no page at all, is another's.
  if (options.picture && site !== undefined && site !== "same-origin" && site !== "none") {
    return "pages of other sites may not embed this picture";
  }
  return undefined;
}
