/** The WebSocket subprotocol of v1 clients. A client that does not offer it is a plain client. */
export const SUBPROTOCOL = "screen-share.v1";

/** Where producers and viewers connect, on the relay's one port. */
export const PRODUCER_PATH = "/ws/producer";
export const VIEWER_PATH = "/ws/viewer";

/** The room of clients that name none. */
export const DEFAULT_ROOM = "main";

export const ROOM_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export const MAX_TOKEN_LENGTH = 4096;

/** A live producer sends an update, of 0 tiles if nothing changed, at least this often. */
export const CURRENT_INTERVAL_MS = 2000;

/** A v1 client that has not sent hello after this time is closed with 4408. */
export const HELLO_TIMEOUT_MS = 5000;
