/** Why a connection ended, if trying again automatically cannot help. */
import { CLOSE } from "@screen-share/protocol";
import type { End } from "./loss.ts";

/** `status/core/messages.ts` explains each to the user. */
export type EndingKind =
  | "no-token"
  | "damaged-link"
  | "expired"
  | "ended-by-host"
  | "invalid-token"
  /** The token is for another room, or not for watching. */
  | "wrong-link"
  /** The relay does not allow this page, whatever its token. */
  | "wrong-page"
  | "room-name"
  /** The browser refuses to dial. */
  | "blocked"
  | "unloaded"
  | "updated"
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

/** The ending for a link that was damaged in transit, which explains why it does not work. */
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
