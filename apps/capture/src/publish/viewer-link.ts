/** The link to give to viewers, as the relay tells it. */
import * as z from "zod";

/** A relay that does not know its own address tells a path, which holds for the address that we dialled. */
export function resolveLink(told: string, dialled: string): string | undefined {
  const base = dialled.replace(/^ws/, "http");
  if (!URL.canParse(told, base)) return undefined;
  const link = new URL(told, base);
  return /^https?:$/.test(link.protocol) ? link.href : undefined;
}

const claims = z.object({ exp: z.number() });

/** Until when a link holds, as its token says; undefined for one without. */
export function expiryOf(link: string): Date | undefined {
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get("token");
  const payload = token?.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const { exp } = claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
    return new Date(exp * 1000);
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
