/** Bounds that hold for both adapters. */

/**
 * A WebSocket from which not a single byte has arrived for so many seconds, pongs included, is dropped; it is checked every four.
 * Producers depend on it, since only the transport sees the bytes of an update that is still arriving. For viewers it is the last
 * resort: their pongs may have to wait behind a picture, which their sessions know.
 */
export const IDLE_TIMEOUT_S = { producer: 16, viewer: 120 } as const;
/**
 * The hard bound behind flow control, which holds one update per viewer: above it the socket takes nothing, and pings would be
 * lost, too.
 */
export const MAX_BACKPRESSURE_BYTES = 64 * 2 ** 20;
/** The head of a request: a token of 4 KiB in a header must fit. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** The lines of that head: proxies in a row add many. */
export const MAX_HEADER_LINES = 500;
/** An HTTP connection that sends or takes nothing for so long is closed, ms. */
export const HTTP_IDLE_MS = 10_000;

/** Why a connection was broken that held unfinished messages; for the log. */
export const UNFINISHED = "too much of unfinished messages";
/** Pieces that a message may arrive in: clients of ours make none, and each piece costs more than its bytes. */
export const MAX_FRAGMENTS = { producer: 4096, viewer: 512 } as const;

/** The library refuses messages a little above the sessions' own limit, so that a session can send the reason. */
const PAYLOAD_MARGIN_BYTES = 4096;

/** The longest message that the library accepts, bytes. */
export function maxPayloadBytes(maxBytes: number): number {
  return maxBytes + PAYLOAD_MARGIN_BYTES;
}
