/** The player as the page sees it. It is the same whether the player runs on the page or in a worker. */
import type { StreamDescription, Tile } from "@screen-share/protocol";
import type { Latency } from "./meter/latency.ts";
import type { Player } from "./player.ts";

/** All commands and queries, implemented in `play.ts`. Calls to the worker are typed by this; arguments and results are cloned. */
export interface PlayerCalls
  extends Pick<Player, "enter" | "retry" | "online" | "offline" | "setVisible"> {
  /** The picture on the canvas as a PNG file. Rejects if there is no picture, after the end, and if the browser cannot. */
  snapshotPng(): Promise<Blob>;
  /** The picture as it was received, for browsers whose pixels cannot be trusted. Rejects likewise. */
  encoded(): Promise<EncodedPicture>;
  /** The picture, to be drawn elsewhere. The caller closes it. Rejects likewise. */
  bitmap(): Promise<ImageBitmap>;
}

export interface PlayerHandle
  extends PlayerCalls,
    Pick<Player, "subscribe" | "getSnapshot" | "subscribeStatistics" | "getStatistics" | "stop"> {}

export interface EncodedPicture {
  readonly stream: StreamDescription;
  readonly tiles: readonly Tile[];
}

export const PLAYER_ENDED = "the player has ended";

/** Reported after each drawing. */
export interface Drawn {
  /** The number of updates drawn since the player was started. */
  readonly updates: number;
  readonly latency: Latency;
  /** The number of JPEGs that could not be decoded. */
  readonly undecodable: number;
}

export interface PlayOptions {
  /** The address to dial, ws: or wss:. */
  readonly relayUrl: string;
  readonly visible: boolean;
  readonly onDrawn: (drawn: Drawn) => void;
}
