/**
 * The close codes of both hops, what they mean, and whether reconnecting can help (P-40). Browsers hide the HTTP status of a refused
 * upgrade, so a refused client is accepted first and then closed.
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
  readonly meaning: string;
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

/** Why a relay closes a connection, where clients show or do different things for the same close code (P-43). */
export const CLOSING_REASONS = [
  "expired",
  "ended",
  "wrong-room",
  "wrong-role",
  "room-full",
  "relay-full",
  "too-many-attempts",
] as const;
export type ClosingReason = (typeof CLOSING_REASONS)[number];

/** The close code of each reason, and the beginning of the close frame's text, which pages built before `closing` compare (P-43). */
export const CLOSINGS: Readonly<Record<ClosingReason, { code: CloseCode; text: string }>> = {
  expired: { code: CLOSE.unauthorized, text: "the token has expired" },
  ended: { code: CLOSE.unauthorized, text: "the link was ended" },
  "wrong-room": { code: CLOSE.forbidden, text: "this token is for another room" },
  "wrong-role": { code: CLOSE.forbidden, text: "this is no token for a" },
  "room-full": { code: CLOSE.full, text: "the room is full" },
  "relay-full": { code: CLOSE.full, text: "the relay is full" },
  "too-many-attempts": { code: CLOSE.full, text: "too many attempts" },
};

/** How a client treats the end of its connection: a reason that it received before counts even if the close frame was lost. */
export function endOf(
  reported: { readonly code: number; readonly reason: string },
  closing: ClosingReason | undefined,
): { readonly code: number; readonly reason: string } {
  if (closing === undefined) return reported;
  return { code: CLOSINGS[closing].code, reason: reported.reason || closing.replaceAll("-", " ") };
}

const UNKNOWN: CloseMeaning = { meaning: "the connection was lost", retryable: true };

/** The meaning of any WebSocket close code (RFC 6455 §7.4). A code outside the table counts as a lost connection. */
export function closeMeaning(code: number): CloseMeaning {
  return MEANINGS[code as CloseCode] ?? UNKNOWN;
}
