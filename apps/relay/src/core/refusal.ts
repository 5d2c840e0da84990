/** Closes the connection of a client that violates the protocol or must leave for another reason. */
import { encodeControl, ProtocolError } from "@screen-share/protocol";
import type { Peer } from "./peer.ts";

/** @throws any other error, which is a bug */
export function protocolErrorOf(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  throw error;
}

/** Closes a client's connection. A v1 client is sent the typed reason first, if there is one (P-43) and its socket accepts it. */
export function closePeer(
  peer: Peer,
  { closeCode, message, closing }: ProtocolError,
  { plain }: { readonly plain: boolean },
): void {
  if (closing && !plain) peer.send(encodeControl({ type: "closing", reason: closing }));
  peer.close(closeCode, message);
}
