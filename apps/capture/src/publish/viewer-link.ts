/** The link to give to viewers, as the relay tells it. */
import * as z from "zod";

/** A relay that does not know its own address tells a path, which holds for the address that we dialled. */
export function resolveLink(told: string, dialled: string): string | undefined {
  const base = dialled.replace(/^ws/, "http");
  if (!URL.canParse(told, base)) return undefined;
  const link = new URL(told, base);
  return /^https?:$/.test(link.protocol) ? link.href : undefined;
}

const claims = z.object({ exp: z.number(), gen: z.string().optional() });

/** Until when a link holds, as its token says; undefined for one without. */
export function expiryOf(link: string): Date | undefined {
  const exp = claimsOf(link)?.exp;
  return exp === undefined ? undefined : new Date(exp * 1000);
}

/** With less time left than this a link is worth replacing, ms. */
const SHORT_MS = 3_600_000;

/**
 * Whether whoever was given `old` is served as well by it as by `fresh`: each connection has a token of its own in it, but the room,
 * the address and the generation are the same, and it holds a while yet.
 */
export function stillServes(old: string, fresh: string, now: number): boolean {
  if (old === fresh) return true;
  const [was, is] = [claimsOf(old), claimsOf(fresh)];
  if (!was || !is || was.gen !== is.gen || was.exp * 1000 - now < SHORT_MS) return false;
  return withoutToken(old) === withoutToken(fresh);
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

/** What to print for whoever is to pass the link on. */
export function linkLines(link: string): string {
  const until = expiryOf(link);
  const holds = until ? `It holds until ${until.toLocaleString(undefined, WHEN)}.\n` : "";
  return `Viewer link: ${link}\n${holds}`;
}
