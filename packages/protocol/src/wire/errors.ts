import { CLOSE, CLOSINGS, type CloseCode, type ClosingReason } from "./close.ts";

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
