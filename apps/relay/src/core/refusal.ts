/** Closes the connection of a client that violates the protocol, or that may not stay for another reason. */
import { encodeControl, ProtocolError } from "@screen-share/protocol";
import type { Peer } from "./peer.ts";

/** Handles a client's message. A `ProtocolError` closes this client's connection, and no other. */
export function refusing(client: { dismiss(why: ProtocolError): void }, handle: () => void): void {
  try {
    handle();
  } catch (error) {
    client.dismiss(protocolErrorOf(error));
  }
}

/** @throws any other error, which is a bug */
export function protocolErrorOf(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  throw error;
}

/**
 * Closes a v1 client's connection, and first sends it the typed reason, if there is one (P-43). A socket that does not take the reason
 * is closed all the same.
 */
export function closeTyped(peer: Peer, { closeCode, message, closing }: ProtocolError): void {
  if (closing !== undefined) peer.send(encodeControl({ type: "closing", reason: closing }));
  peer.close(closeCode, message);
}
