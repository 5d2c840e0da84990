/** What exists from a relay's welcome to the end of that connection: the session, and what watches over it. */
import { encodeControl, Liveness } from "@screen-share/protocol";
import type { Log } from "../log.ts";
import type { Clockwork } from "../platform.ts";
import type { Recorder } from "../recording/recorder.ts";
import { PublishSession } from "../session.ts";
import type { RelaySocket } from "../socket.ts";
import { Demand } from "./demand.ts";
import { type Rate, RateLimit } from "./rate-limit.ts";

/** A whole picture is the most expensive thing that a relay can request; an honest one requests it far less often. */
const REFRESHES: Rate = { burst: 1, intervalMs: 1000 };
const TICK_MS = 1000;
/** A large update may fill a slow uplink and delay the pongs behind it: 256 kbit/s is the slowest we support. */
const SLOWEST_UPLINK_BYTES_PER_MS = 32;

export interface SharingOptions {
  readonly socket: RelaySocket;
  readonly recorder: Pick<Recorder, "recording" | "record"> | undefined;
  readonly log: Pick<Log, "info">;
  readonly clockwork: Clockwork;
  /** Called about every 5 s. */
  readonly checked: () => void;
  /** Called when viewers begin to watch, and when the last one stops. */
  readonly demandChanged: () => void;
  /** Nothing has come from the relay for too long. */
  readonly silent: () => void;
}

export class Sharing {
  readonly session: PublishSession;
  readonly demand: Demand;
  readonly #liveness: Liveness;
  readonly #refreshes: RateLimit<void>;
  #cancelTick: () => void;
  #stopped = false;

  constructor(private readonly options: SharingOptions) {
    const { socket, recorder, log, clockwork, demandChanged } = options;
    this.session = new PublishSession((message) => {
      if (this.#stopped || !socket.send(message)) return false;
      recorder?.record(message);
      return true;
    });
    this.#refreshes = new RateLimit(REFRESHES, clockwork, () => this.session.refresh());
    this.demand = new Demand({
      log,
      timers: clockwork,
      recorder,
      changed: (watched) => {
        if (watched) this.session.sender.wake();
        demandChanged();
      },
    });
    this.#liveness = new Liveness(clockwork.now());
    this.#cancelTick = this.#nextTick();
    this.#ping();
  }

  /** Anything came from the relay. */
  heard(): void {
    this.#liveness.heard(this.options.clockwork.now());
  }

  /** The relay requests the whole picture. Requests in quick succession count as one. */
  refresh(): void {
    this.#refreshes.offer();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTick();
    this.demand.stop();
    this.#refreshes.stop();
  }

  #nextTick(): () => void {
    return this.options.clockwork.after(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    this.#cancelTick = this.#nextTick();
    const graceMs = this.session.sender.window.inFlight / SLOWEST_UPLINK_BYTES_PER_MS;
    const due = this.#liveness.tick(this.options.clockwork.now(), graceMs);
    if (due === "ping") this.#ping();
    if (due === "dead") this.options.silent();
  }

  #ping(): void {
    const { socket, clockwork, checked } = this.options;
    socket.ping();
    socket.send(encodeControl({ type: "ping", sentAt: clockwork.now() }));
    checked();
  }
}
