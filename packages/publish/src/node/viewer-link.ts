/** The link to give to viewers, as the relay sends it. Relays are not ours to trust with what a terminal prints. */
import { MAX_TOKEN_LENGTH, plainText } from "@screen-share/protocol";
import * as z from "zod";

/** A page's address, a room and a token fit in this, in characters. */
const MAX_LINK_LENGTH = MAX_TOKEN_LENGTH + 2048;

/**
 * A relay that does not know its own address sends a path, which is resolved against the address that we dialled.
 * @returns undefined for what is no web address, is longer than any link, holds control characters or characters that turn the
 *     direction of text, or begins with a user's name, by which a link to one host can be made to look like one to another
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

const claims = z.object({ exp: z.number(), gen: z.string().optional() });

/** Until when a link holds, as its token says; undefined for one that does not, or names no date. */
export function expiryOf(link: string): Date | undefined {
  const exp = claimsOf(link)?.exp;
  const expiry = new Date((exp ?? Number.NaN) * 1000);
  return Number.isNaN(expiry.getTime()) ? undefined : expiry;
}

/** A link is replaced when it holds for less than this, ms. */
const SHORT_MS = 3_600_000;

/**
 * Whether viewers who were given `old` need not be given `fresh`: each connection has a token of its own in its link, but the room,
 * the address and the generation are the same, and the old one holds for a while yet.
 * @param wallNow ms since 1970
 */
export function stillServes(old: string, fresh: string, wallNow: number): boolean {
  if (old === fresh) return true;
  const [was, is] = [claimsOf(old), claimsOf(fresh)];
  if (!was || !is || was.gen !== is.gen) return false;
  // Where links are short-lived, half of what a fresh one has left is enough.
  const leftMs = was.exp * 1000 - wallNow;
  const enoughMs = Math.min(SHORT_MS, (is.exp * 1000 - wallNow) / 2);
  return leftMs > 0 && leftMs >= enoughMs && withoutToken(old) === withoutToken(fresh);
}

function withoutToken(link: string): string {
  const url = new URL(link);
  const fragment = new URLSearchParams(url.hash.slice(1));
  fragment.delete("token");
  url.hash = fragment.toString();
  return url.href;
}

function claimsOf(link: string): z.infer<typeof claims> | undefined {
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get("token");
  const payload = token?.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    return claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
  } catch {
    return undefined;
  }
}

const WHEN = { dateStyle: "medium", timeStyle: "long" } as const;

/** What to print for the host, who passes the link on. */
export function linkLines(link: string): string {
  const until = expiryOf(link);
  const holds = until ? `It holds until ${until.toLocaleString(undefined, WHEN)}.\n` : "";
  return `Viewer link: ${link}\n${holds}`;
}
