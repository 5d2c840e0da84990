/** The link to give to viewers, as the relay sends it. A relay is not trusted with what is printed to a terminal. */
import { MAX_TOKEN_LENGTH, plainText, readLink, unverifiedClaims } from "@screen-share/protocol";
import * as z from "zod";

/** A page's address, a room and a token fit in this many characters. */
const MAX_LINK_LENGTH = MAX_TOKEN_LENGTH + 2048;
/** A link is replaced when it is valid for less than this. */
const SHORT_MS = 3_600_000;
const WHEN = { dateStyle: "medium", timeStyle: "long" } as const;

const linkClaims = z.object({ exp: z.number(), gen: z.string().optional() });

/**
 * A link as the relay sent it; a path is resolved against the address that we dialled. Undefined if it is no web address, is longer than
 * any link, contains control characters or ones that change the direction of text, or begins with a user name, which can mislead.
 */
export function resolveLink(sent: string, dialled: string): string | undefined {
  if (sent !== plainText(sent, MAX_LINK_LENGTH)) return undefined;
  const base = webAddress(dialled);
  if (!URL.canParse(sent, base)) return undefined;
  const link = new URL(sent, base);
  const fit = /^https?:$/.test(link.protocol) && link.username === "" && link.password === "";
  return fit && link.href.length <= MAX_LINK_LENGTH ? link.href : undefined;
}

/** The origin that a link leads to, if that is not the relay's. */
export function leadsElsewhere(link: string, dialled: string): string | undefined {
  const { origin } = new URL(link);
  return origin === new URL(webAddress(dialled)).origin ? undefined : origin;
}

function webAddress(dialled: string): string {
  return dialled.replace(/^ws/, "http");
}

/** When a link expires, according to its token. Undefined if the token has no expiry. */
export function expiryOf(link: string): Date | undefined {
  const expiry = new Date((claimsOf(link)?.exp ?? Number.NaN) * 1000);
  return Number.isNaN(expiry.getTime()) ? undefined : expiry;
}

/**
 * Whether viewers who were given `old` need not be given `fresh`: each connection has a token of its own in its link, but room, address and
 * generation are the same, and the old link is valid for a while yet. @param wallNow ms since 1970
 */
export function stillServes(old: string, fresh: string, wallNow: number): boolean {
  if (old === fresh) return true;
  const [was, is] = [claimsOf(old), claimsOf(fresh)];
  if (!was || !is || was.gen !== is.gen) return false;
  // If links are short-lived, half of a fresh one's lifetime is enough.
  const leftMs = was.exp * 1000 - wallNow;
  const enoughMs = Math.min(SHORT_MS, (is.exp * 1000 - wallNow) / 2);
  return leftMs > 0 && leftMs >= enoughMs && readLink(old).shown === readLink(fresh).shown;
}

function claimsOf(link: string): z.infer<typeof linkClaims> | undefined {
  return linkClaims.safeParse(unverifiedClaims(readLink(link).token ?? "")).data;
}

/** What to print for the host, who passes the link on. */
export function linkLines(link: string): string {
  const until = expiryOf(link);
  const validity = until ? `It is valid until ${until.toLocaleString(undefined, WHEN)}.\n` : "";
  return `Viewer link: ${link}\n${validity}`;
}
