/**
 * Which origins may use a relay. Without a secret: only programs and pages on its own machine. Any web page that the host opens can reach
 * loopback too (cross-site WebSockets, DNS rebinding), and a tunnel may publish the port; the request's headers reveal both.
 */
import { trustedAuthority } from "@screen-share/protocol";
import type { HttpRequest } from "../http/reply.ts";

type Headers = HttpRequest["headers"];

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
