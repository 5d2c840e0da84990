/** A connection that may not be here: it is told why, and nothing that it says is read. */
import { CLOSE } from "@screen-share/protocol";
import type { Peer, Session } from "./peer.ts";

export class RefusedSession implements Session {
  readonly summary = { kind: "refused" };

  constructor(peer: Peer, reason: string) {
    peer.close(CLOSE.forbidden, reason);
  }

  receive(): void {}
  ponged(): void {}
  drained(): void {}
  tick(): void {}
  ended(): void {}
}
