/** A player as the page sees it, wherever it runs: on the page itself, or in a worker. */
import type { StreamDescription, Tile } from "@screen-share/protocol";
import type { Latency } from "./meter/latency.ts";
import type { Player } from "./player.ts";

export interface PlayerHandle
  extends Pick<
    Player,
    | "subscribe"
    | "getSnapshot"
    | "subscribeStatistics"
    | "getStatistics"
    | "enter"
    | "retry"
    | "online"
    | "offline"
    | "setVisible"
    | "stop"
  > {
  /** What stands on the canvas, at its full size, as a PNG file. Rejects while nothing does, after the end, and in a browser that cannot. */
  snapshotPng(): Promise<Blob>;
  /** The same as it came, for browsers that cannot be trusted with the pixels. Rejects likewise. */
  encoded(): Promise<EncodedPicture>;
  /** The same, to be drawn elsewhere; it is the caller's to close. Rejects likewise. */
  bitmap(): Promise<ImageBitmap>;
}

/** A picture as it came: what its tiles belong to, and all of them. */
export interface EncodedPicture {
  readonly stream: StreamDescription;
  readonly tiles: readonly Tile[];
}

/** Why whoever asks a player for something after its end gets nothing. */
export const PLAYER_ENDED = "the player was ended";

/** What is told after each drawing, for whoever has to wait for one. */
export interface Drawn {
  /** Updates drawn since the player was started. */
  readonly updates: number;
  /** Of the newest of them. */
  readonly latency: Latency;
  /** JPEGs that could not be decoded. */
  readonly undecodable: number;
}

export interface PlayOptions {
  /** The address to dial, ws: or wss:. */
  readonly relayUrl: string;
  /** Whether anybody can see the page now. */
  readonly visible: boolean;
  readonly onDrawn: (drawn: Drawn) => void;
}
