/** Why a connection ended, if trying again automatically cannot help. */
import { CLOSE } from "@screen-share/protocol";
import type { End } from "./loss.ts";

export type EndingKind =
  /** The relay requires a token, and this page has none. */
  | "no-token"
  /** The same, because the link was damaged on its way. */
  | "damaged-link"
  | "expired"
  | "ended-by-host"
  | "invalid-token"
  /** The token is for another room, or not for watching. */
  | "wrong-link"
  /** The relay does not allow this page, whatever its token. */
  | "wrong-page"
  /** The link names an invalid room. */
  | "room-name"
  /** The browser refuses to dial. */
  | "blocked"
  /** Part of this page could not be loaded or started. */
  | "unloaded"
  /** Part of this page is gone, because its server has a newer version. */
  | "updated"
  /** Page and relay have incompatible versions. */
  | "incompatible";

export interface Ending {
  readonly kind: EndingKind;
  /** The relay's own text, or "". */
  readonly reason: string;
}

/** Whether the last picture must be removed, too. */
export function mayNotSee(code: number): boolean {
  return code === CLOSE.unauthorized || code === CLOSE.forbidden;
}

/** @param hasToken whether the page has sent a token */
export function endingOf(end: End, hasToken: boolean): Ending {
  return { kind: kindOf(end, hasToken), reason: end.reason };
}

/** The ending for a link that was damaged on its way, which explains why it does not work. */
export function ofDamagedLink(ending: Ending): Ending {
  const mayBeWhy = ending.kind === "no-token" || ending.kind === "invalid-token";
  return mayBeWhy ? { ...ending, kind: "damaged-link" } : ending;
}

function kindOf({ code, closing }: End, hasToken: boolean): EndingKind {
  switch (code) {
    case CLOSE.unauthorized:
      if (!hasToken) return "no-token";
      if (closing === "ended") return "ended-by-host";
      return closing === "expired" ? "expired" : "invalid-token";
    case CLOSE.forbidden:
      return closing === "wrong-room" || closing === "wrong-role" ? "wrong-link" : "wrong-page";
    default:
      return "incompatible";
  }
}
