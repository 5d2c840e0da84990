import { CLOSE, type CloseCode } from "./close.ts";

/**
 * The peer sent something that the protocol does not allow. Decoders throw it and nothing else; only the
 * owner of the session catches it, and closes with `closeCode`. The message is plain words, fit for a
 * log and for a close reason, and never repeats the peer's bytes.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";

  constructor(
    reason: string,
    readonly closeCode: CloseCode = CLOSE.protocolError,
  ) {
    super(reason);
  }
}
