/** What rooms tell of themselves, for counters and the log. Nobody here knows who listens. */

/** What a producer or a viewer is: a v1 client, a plain WebSocket, or an HTTP request. */
export type ProducerKind = "producer" | "plain producer";
export type ViewerKind = "viewer" | "plain viewer" | "mjpeg viewer" | "snapshot";

export function roleOf(kind: ProducerKind | ViewerKind): "producer" | "viewer" {
  return kind === "producer" || kind === "plain producer" ? "producer" : "viewer";
}

/** Why the relay gave up something that a client wanted to keep. */
export type DropReason =
  /** A picture was forgotten, since the relay had no memory left and it was the largest. */
  | "memory_full"
  /** A snapshot was refused: composing it took more time or memory than its room may have. */
  | "composing_costs_too_much"
  /** A client was cut off for which most was held, since the relay held too much for clients that did not read. */
  | "buffers_full"
  /** A newcomer took a viewer's place. */
  | "place_taken"
  /** A link had as many streams and plain viewers as it may. */
  | "too_many_streams";

/** The port to whoever counts. Calls neither throw nor take long: the most frequent come with every update of every viewer. */
export interface Stats {
  /** Somebody came into a room. */
  joined(member: {
    readonly kind: ProducerKind | ViewerKind;
    readonly room: string;
    /** As its token says. */
    readonly name: string | undefined;
  }): void;
  /** A producer's update was applied. `uplinkMs`: since it was encoded, by both clocks; undefined where that is not known. */
  applied(update: { readonly bytes: number; readonly uplinkMs: number | undefined }): void;
  /** A viewer was sent an update, or a picture; `skipped`: versions in between that it was not. */
  sent(kind: ViewerKind, update: { readonly cut: boolean; readonly skipped: number }): void;
  /** A viewer has drawn what the relay had had, or what it had been due, for so long. */
  drawn(kind: ViewerKind, lagMs: number): void;
  /** Something was refused or ended for the sake of the others. */
  dropped(reason: DropReason): void;
  /** A viewer's window, about once a second. */
  windowed(kind: ViewerKind, bytes: number): void;
}

/** Where nobody counts. */
export const UNCOUNTED: Stats = {
  joined: () => {},
  applied: () => {},
  sent: () => {},
  drawn: () => {},
  dropped: () => {},
  windowed: () => {},
};
