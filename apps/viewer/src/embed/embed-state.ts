/** The state that an embedded viewer reports to the page around it: plain values, and nothing of the picture itself. Pure. */
import type { Size } from "@screen-share/protocol";
import type { Snapshot } from "../player/core/snapshot.ts";
import { statusOf } from "../status/core/status.ts";

export interface EmbedState {
  /** `live`: pictures arrive; `waiting`: for the host; `disconnected`: it retries automatically; `ended`: retrying cannot help. */
  readonly state: "connecting" | "live" | "waiting" | "disconnected" | "ended";
  /** Texts for people. They may change between versions. */
  readonly title: string;
  readonly detail: string | undefined;
  /** The number of viewers in the room, including this one; undefined while unknown. */
  readonly viewers: number | undefined;
  readonly picture: Size | undefined;
  /** The picture's age in whole seconds; undefined while it is current, or there is none. */
  readonly ageS: number | undefined;
}

export function embedStateOf(snapshot: Snapshot, browser: { online: boolean }): EmbedState {
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

export function sameEmbedState(a: EmbedState | undefined, b: EmbedState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
