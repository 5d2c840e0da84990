/** Bounds for both adapters. */

/**
 * A WebSocket from which nothing has arrived for this long is dropped; this is checked every 4 s. Only the transport sees the bytes of a
 * producer's update that is still arriving. For viewers it is the last resort: their pongs may have to wait behind a picture.
 */
export const IDLE_TIMEOUT_S = { producer: 16, viewer: 120 } as const;
/** The hard bound behind flow control, which holds one update per viewer. Above it the socket takes nothing, not even pings. */
export const MAX_BACKPRESSURE_BYTES = 64 * 2 ** 20;
/** The head of a request. A token of 4 KiB in a header must fit. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** The lines of that head. Several proxies in a row add many. */
export const MAX_HEADER_LINES = 500;
/** An HTTP connection that neither sends nor takes anything for this long is closed, ms. */
export const HTTP_IDLE_MS = 10_000;

/** Why a connection with an unfinished message was dropped; for the log. */
export const UNFINISHED = "unfinished messages take too much memory";
/** Fragments of one message. Our clients make none, and each costs more than its bytes. */
export const MAX_FRAGMENTS = { producer: 4096, viewer: 512 } as const;

/** The library refuses messages a little above the sessions' own limit, so that a session can send the reason. */
const PAYLOAD_MARGIN_BYTES = 4096;

/** The longest message that the library accepts, bytes. */
export function maxPayloadBytes(maxBytes: number): number {
  return maxBytes + PAYLOAD_MARGIN_BYTES;
}

/** How long clients have to read the close frame before their sockets are dropped when the server closes, ms. */
export const CLOSING_GRACE_MS = 300;
