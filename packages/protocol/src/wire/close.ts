/**
 * The close codes of both hops, what they mean, and whether reconnecting can help (P-40); and the errors that lead to them. Browsers hide the HTTP status of a refused
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

/** In plain text for a log. */
const MEANINGS: Record<CloseCode, string> = {
  [CLOSE.producerExists]: "another screen is already being shared in this room",
  [CLOSE.replaced]: "replaced by a newer connection of the same agent",
  [CLOSE.protocolError]: "the other side sent something invalid",
  [CLOSE.unauthorized]: "the token is missing, invalid, expired or revoked",
  [CLOSE.forbidden]: "not allowed",
  [CLOSE.silent]: "no sign of life for too long",
  [CLOSE.tooLarge]: "the message or the picture is too large",
  [CLOSE.full]: "the room or the relay is full",
  [CLOSE.restarting]: "the relay is restarting",
};

/** After all others, the client may reconnect by itself. */
const FINAL_CODES: ReadonlySet<number> = new Set([
  CLOSE.replaced,
  CLOSE.protocolError,
  CLOSE.unauthorized,
  CLOSE.forbidden,
  CLOSE.tooLarge,
]);

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

/** The meaning of any WebSocket close code (RFC 6455 §7.4). A code outside the table counts as a lost connection. */
export function closeMeaning(code: number) {
  const meaning = MEANINGS[code as CloseCode] ?? "the connection was lost";
  return { meaning, retryable: !FINAL_CODES.has(code) };
}

/**
 * The peer did something that the protocol does not allow: all that decoders throw. The session's owner catches it and closes the
 * connection with `closeCode`. The message is plain text for a log and the close frame, and never repeats the peer's bytes.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";

  constructor(
    reason: string,
    readonly closeCode: CloseCode = CLOSE.protocolError,
    /** Set where clients have to know more than the code (P-43). */
    readonly closing?: ClosingReason,
  ) {
    super(reason);
  }
}

/** An error with a typed reason, which determines its code and the beginning of its text. @param detail the rest of the text */
export function closingError(closing: ClosingReason, detail = ""): ProtocolError {
  const { code, text } = CLOSINGS[closing];
  return new ProtocolError(text + detail, code, closing);
}
