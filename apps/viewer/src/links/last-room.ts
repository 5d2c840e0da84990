/** The room that was last watched in this browser: its name and that of its relay, without a token. */
import { ROOM_NAME } from "@screen-share/protocol";

const KEY = "screen-share last room";

export interface LastRoom {
  readonly room: string;
  readonly relay: string;
}

type Store = Pick<Storage, "getItem" | "setItem">;

/** @param storage called immediately; may throw, as browsers do if storage is blocked */
export function readLastRoom(storage: () => Store = () => localStorage): LastRoom | undefined {
  try {
    const kept: unknown = JSON.parse(storage().getItem(KEY) ?? "null");
    return isLastRoom(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function keepLastRoom(last: LastRoom, storage: () => Store = () => localStorage): void {
  try {
    storage().setItem(KEY, JSON.stringify(last));
  } catch {
    // This is only a convenience.
  }
}

function isLastRoom(kept: unknown): kept is LastRoom {
  if (typeof kept !== "object" || kept === null) return false;
  const { room, relay } = kept as Partial<Record<keyof LastRoom, unknown>>;
  return typeof room === "string" && ROOM_NAME.test(room) && typeof relay === "string";
}
