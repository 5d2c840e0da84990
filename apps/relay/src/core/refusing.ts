import { ProtocolError } from "@screen-share/protocol";
import type { Peer } from "./peer.ts";

/** Runs what a peer's message asks for; what the protocol does not allow closes that peer, and only that one. */
export function refusing(peer: Peer, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    peer.close(error.closeCode, error.message);
  }
}
