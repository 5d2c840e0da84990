/**
 * Close codes of both hops: one table that says what happened and whether trying again can help.
 * Browsers hide the HTTP status of a refused upgrade, so a refusal is always "accept, then close".
 */

export const CLOSE = {
  producerExists: 4000,
  replaced: 4001,
  protocolError: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  silent: 4408,
  tooLarge: 4413,
  full: 4429,
  restarting: 1012,
} as const;

export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

interface CloseMeaning {
  /** Plain words for a log or a status bar. */
  readonly meaning: string;
  /** Whether the same client may try again by itself. */
  readonly retryable: boolean;
}

const MEANINGS: Record<CloseCode, CloseMeaning> = {
  [CLOSE.producerExists]: {
    meaning: "another screen is already being shared in this room",
    retryable: true,
  },
  [CLOSE.replaced]: {
    meaning: "replaced by a newer connection of the same agent",
    retryable: false,
  },
  [CLOSE.protocolError]: { meaning: "the other side sent something invalid", retryable: false },
  [CLOSE.unauthorized]: {
    meaning: "the token is missing, invalid, expired or revoked",
    retryable: false,
  },
  [CLOSE.forbidden]: { meaning: "not allowed", retryable: false },
  [CLOSE.silent]: { meaning: "no sign of life for too long", retryable: true },
  [CLOSE.tooLarge]: { meaning: "the message or the picture is too large", retryable: false },
  [CLOSE.full]: { meaning: "the room or the relay is full", retryable: true },
  [CLOSE.restarting]: { meaning: "the relay is restarting", retryable: true },
};

/**
 * What reasons of closing begin with that a viewer tells apart (P-43). Whatever else a reason says is for people, and may change.
 */
export const REASON = {
  expired: "the token has expired",
  linkEnded: "the link was ended",
  otherRoom: "this token is for another room",
  otherRole: "this is no token for a",
  roomFull: "the room is full",
  relayFull: "the relay is full",
  attempts: "too many attempts",
} as const;

const UNKNOWN: CloseMeaning = { meaning: "the connection was lost", retryable: true };

/**
 * What a close code says.
 * @param code any WebSocket close code (RFC 6455 §7.4); codes outside the table count as a lost connection.
 */
export function closeMeaning(code: number): CloseMeaning {
  return MEANINGS[code as CloseCode] ?? UNKNOWN;
}
