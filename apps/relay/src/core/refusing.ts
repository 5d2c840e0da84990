/** What happens to a client that does what the protocol does not allow, or that may not stay for another reason. */
import { encodeControl, ProtocolError } from "@screen-share/protocol";
import type { Peer } from "./peer.ts";

/** Runs what a client's message asks for. A `ProtocolError` closes this client's connection, and no other. */
export function refusing(client: { dismiss(why: ProtocolError): void }, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    client.dismiss(error);
  }
}

/**
 * Closes a v1 client's connection, and sends it the typed reason first, if there is one (P-43). A socket that does not take the reason
 * is closed all the same.
 */
export function closeTyped(peer: Peer, { closeCode, message, closing }: ProtocolError): void {
  if (closing !== undefined) peer.send(encodeControl({ type: "closing", reason: closing }));
  peer.close(closeCode, message);
}
