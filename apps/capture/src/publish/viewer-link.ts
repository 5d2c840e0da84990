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
