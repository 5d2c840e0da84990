/** What an end means to the person at the screen, where trying again by itself cannot help. */
import { CLOSE } from "@screen-share/protocol";
import type { End } from "./loss.ts";

export type EndingKind =
  /** The relay asks for a token, and this page has none. */
  | "no-token"
  /** Likewise: there was one in the link, but not all of it arrived. */
  | "damaged-link"
  | "expired"
  | "ended-by-host"
  | "invalid-token"
  /** The token is for another room, or not for watching. */
  | "wrong-link"
  /** The relay refuses this page, whatever token it shows. */
  | "wrong-page"
  /** No room can be called as the link says. */
  | "room-name"
  /** The browser refuses to dial. */
  | "blocked"
  /** A part of this page did not come, or could not be started. */
  | "unloaded"
  /** A part of this page is gone: its server has a newer version. */
  | "updated"
  /** Page and relay do not speak the same language. */
  | "incompatible";

export interface Ending {
  readonly kind: EndingKind;
  /** The relay's own words; "" if it gave none. */
  readonly told: string;
}

/** Whether who was put out so may not go on looking at the last picture either. */
export function mayNotSee(code: number): boolean {
  return code === CLOSE.unauthorized || code === CLOSE.forbidden;
}

/** @param hasToken whether the relay was shown one */
export function endingOf(end: End, hasToken: boolean): Ending {
  return { kind: kindOf(end, hasToken), told: end.reason };
}

/** What the end is, where the link was damaged on its way: then it is no wonder that it opens nothing. */
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
