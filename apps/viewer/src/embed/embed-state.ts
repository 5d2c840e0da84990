/** What an embedded viewer tells the page around it: plain values, and nothing of the picture itself. Pure. */
import type { Size } from "@screen-share/protocol";
import type { Snapshot } from "../player/core/snapshot.ts";
import { statusOf } from "../status/core/status.ts";

export interface EmbedState {
  /**
   * `connecting`; `live`: pictures come; `waiting`: for the host; `disconnected`: it is tried again by itself; `ended`: that cannot
   * help.
   */
  readonly state: "connecting" | "live" | "waiting" | "disconnected" | "ended";
  /** In words, for people; they may change between versions. */
  readonly title: string;
  readonly detail: string | undefined;
  /** Who watches the room, this viewer included; undefined while that is not known. */
  readonly viewers: number | undefined;
  /** The size of the picture that stands there, px. */
  readonly picture: Size | undefined;
  /** The picture's age, whole seconds; undefined while it is current, or there is none. */
  readonly ageS: number | undefined;
}

export function embedStateOf(
  snapshot: Snapshot,
  browser: { readonly online: boolean },
): EmbedState {
  const { connection, picture, ageS } = snapshot;
  const { title, detail } = statusOf(snapshot, browser);
  return {
    state: connection.state === "connected" ? "live" : connection.state,
    title,
    detail,
    viewers: "viewers" in connection ? connection.viewers : undefined,
    picture: picture && { width: picture.width, height: picture.height },
    ageS,
  };
}

/** Whether a page would be told nothing new. */
export function sameEmbedState(a: EmbedState | undefined, b: EmbedState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
