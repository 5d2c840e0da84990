/** The port for statistics: what rooms report for metrics and the log. */

/** The kinds of clients: v1 clients, plain WebSockets, and HTTP requests. */
export const PRODUCER_KINDS = ["producer", "plain producer"] as const;
export const VIEWER_KINDS = ["viewer", "plain viewer", "mjpeg viewer", "snapshot"] as const;
export type ProducerKind = (typeof PRODUCER_KINDS)[number];
export type ViewerKind = (typeof VIEWER_KINDS)[number];

export function roleOf(kind: ProducerKind | ViewerKind): "producer" | "viewer" {
  return kind === "producer" || kind === "plain producer" ? "producer" : "viewer";
}

/** Why the relay refused or ended something to protect other clients. */
type DropReason =
  /** The largest picture was forgotten because the relay was out of memory. */
  | "memory_full"
  /** A snapshot was refused because composing it would take more time or memory than its room may use. */
  | "composing_costs_too_much"
  /** The client with the most unread bytes was cut off because the relay held too many. */
  | "buffers_full"
  /** A viewer lost its place to a newcomer. */
  | "place_taken"
  /** A link had the most streams and plain viewers that it may have. */
  | "too_many_streams";

/** Calls never throw and must be cheap: some are made for every update and viewer. */
export interface Stats {
  /** A client joined a room. */
  readonly joined: (member: {
    readonly kind: ProducerKind | ViewerKind;
    readonly room: string;
    /** From its token. */
    readonly name: string | undefined;
  }) => void;
  /** An update was applied. `uplinkMs`: time since it was encoded, by both clocks; undefined if unknown. */
  readonly applied: (update: {
    readonly bytes: number;
    readonly uplinkMs: number | undefined;
  }) => void;
  /** A viewer was sent an update or a picture. `skipped`: how many versions before it the viewer was not sent. */
  readonly sent: (
    kind: ViewerKind,
    update: { readonly cut: boolean; readonly skipped: number },
  ) => void;
  /** A viewer has drawn an update that it could have been sent this long ago. */
  readonly drawn: (kind: ViewerKind, lagMs: number) => void;
  readonly dropped: (reason: DropReason) => void;
  /** The size of a viewer's window, about once a second. */
  readonly windowed: (kind: ViewerKind, bytes: number) => void;
}

/** Discards all statistics. */
export const UNCOUNTED: Stats = {
  joined: () => {},
  applied: () => {},
  sent: () => {},
  drawn: () => {},
  dropped: () => {},
  windowed: () => {},
};
