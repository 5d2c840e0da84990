/** The room that was watched last in this browser: its name and its relay's, and no token. */
import { ROOM_NAME } from "@screen-share/protocol";

const KEY = "screen-share last room";

export interface LastRoom {
  readonly room: string;
  readonly relay: string;
}

type Store = Pick<Storage, "getItem" | "setItem">;

/** @param storage called at once; may throw, as browsers do where storage is blocked */
export function readLastRoom(storage: () => Store = () => localStorage): LastRoom | undefined {
  try {
    const kept: unknown = JSON.parse(storage().getItem(KEY) ?? "null");
    return isLastRoom(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it if it can. */
export function keepLastRoom(last: LastRoom, storage: () => Store = () => localStorage): void {
  try {
    storage().setItem(KEY, JSON.stringify(last));
  } catch {
    // It is a convenience.
  }
}

function isLastRoom(kept: unknown): kept is LastRoom {
  if (typeof kept !== "object" || kept === null) return false;
  const { room, relay } = kept as Partial<Record<keyof LastRoom, unknown>>;
  return typeof room === "string" && ROOM_NAME.test(room) && typeof relay === "string";
}
