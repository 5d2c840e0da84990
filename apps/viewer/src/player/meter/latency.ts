/** How long an update took from the host's screen to this one, and where the time went. */
import type { ClockOffset, Times } from "@screen-share/protocol";

/** ms each; undefined where a side did not tell its times. */
export interface Latency {
  /** From the grab to the end of encoding, on the host. */
  readonly captureMs: number | undefined;
  /** From there to the relay. */
  readonly uplinkMs: number | undefined;
  /** From the relay to this page, its waiting for other updates included. */
  readonly linkMs: number | undefined;
  /** From its arrival until it stood on the screen. */
  readonly decodeMs: number;
  /** From the grab to the screen. */
  readonly totalMs: number | undefined;
  /** What the clocks may be wrong by: half a round trip of this page to the relay; the host's own is not known here. */
  readonly errorMs: number;
}

/** @param times of the update, on the relay's clock; `receivedAt` and `drawnAt` on ours */
export function latencyOf(
  times: Times & { readonly receivedAt: number; readonly drawnAt: number },
  clock: ClockOffset,
): Latency {
  const { capturedAt, encodedAt, relayedAt, receivedAt, drawnAt } = times;
  const between = (from: number, to: number) => (from && to ? Math.max(0, to - from) : undefined);
  const known = Number.isFinite(clock.errorMs);
  return {
    captureMs: between(capturedAt, encodedAt),
    uplinkMs: between(encodedAt, relayedAt),
    linkMs: known ? between(relayedAt, clock.toRemote(receivedAt)) : undefined,
    decodeMs: Math.max(0, drawnAt - receivedAt),
    totalMs: known ? between(capturedAt, clock.toRemote(drawnAt)) : undefined,
    errorMs: clock.errorMs,
  };
}
