/** What an end means to the person at the screen, where trying again by itself cannot help. */
import { CLOSE, closeMeaning } from "@screen-share/protocol";
import type { Remedy } from "./connection.ts";

export interface Ending {
  readonly reason: string;
  readonly remedy: Remedy;
}

/** Whether who was put out so may not go on looking at the last picture either. */
export function mayNotSee(code: number): boolean {
  return code === CLOSE.unauthorized || code === CLOSE.forbidden;
}

/**
 * @param code why the connection was closed
 * @param hasToken whether the relay was shown one
 */
export function endingOf(code: number, hasToken: boolean): Ending {
  switch (code) {
    case CLOSE.unauthorized:
      return {
        reason: hasToken
          ? "this link has expired or was ended: please ask for a new one"
          : "this room opens only with its original link: please open the one that you were given",
        remedy: "link",
      };
    case CLOSE.forbidden:
      return {
        reason: hasToken
          ? "this link is not for this room, or not for this page: please ask for the right one"
          : "the relay does not allow watching from this page’s address",
        remedy: "link",
      };
    default:
      return { reason: closeMeaning(code).meaning, remedy: "again" };
  }
}
