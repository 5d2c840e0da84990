/** A connection that may not be here: it is told why, and nothing that it says is read. */
import type { ProtocolError } from "@screen-share/protocol";
import type { Peer, Session } from "./peer.ts";

export class RefusedSession implements Session {
  readonly summary = { kind: "refused" };

  constructor(peer: Peer, { closeCode, message }: ProtocolError) {
    peer.close(closeCode, message);
  }

  receive(): void {}
  ponged(): void {}
  drained(): void {}
  tick(): void {}
  ended(): void {}
}
