/** What exists from a relay's welcome to the end of that connection: the session, and what watches over it. */
import { encodeControl } from "@screen-share/protocol";
import { Session } from "../core/session.ts";
import type { Socket } from "../node/socket.ts";
import type { Recorder } from "../recording/recorder.ts";
import { Demand } from "./demand.ts";
import type { LimitedLog } from "./limited-log.ts";
import { Liveness } from "./liveness.ts";
import { type Rate, RateLimit } from "./rate-limit.ts";

/** A whole picture costs us the most of all that a relay can request; an honest one needs it far less often. */
const REFRESHES: Rate = { burst: 1, intervalMs: 1000 };

export interface SharingOptions {
  readonly socket: Socket;
  readonly recorder: Pick<Recorder, "recording"> | undefined;
  readonly log: Pick<LimitedLog, "info">;
  /** ms */
  readonly now: () => number;
  /** Called about every 5 s. */
  readonly checked: () => void;
  /** Called when viewers begin to watch, and when the last one stops. */
  readonly demandChanged: () => void;
  /** Nothing has come from the relay for too long. */
  readonly silent: () => void;
}

export class Sharing {
  readonly session = new Session();
  readonly demand: Demand;
  readonly liveness: Liveness;
  readonly #refreshes = new RateLimit<void>(REFRESHES, () => this.session.refresh());

  constructor({ socket, recorder, log, now, checked, demandChanged, silent }: SharingOptions) {
    this.liveness = new Liveness({
      ping: () => {
        socket.ping();
        socket.send(encodeControl({ type: "ping", sentAt: now() }));
        checked();
      },
      silent,
    });
    this.demand = new Demand({
      log,
      recorder,
      changed: (watched) => {
        if (watched) this.session.wake();
        demandChanged();
      },
    });
  }

  /** The relay requests the whole picture. Requests that come too soon after one another are one. */
  refresh(): void {
    this.#refreshes.offer();
  }

  stop(): void {
    this.liveness.stop();
    this.demand.stop();
    this.#refreshes.stop();
  }
}
