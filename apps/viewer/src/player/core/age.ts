/** How old the picture is. Times are ms on our clock unless noted otherwise. */
import type { ClockOffset } from "@screen-share/protocol";

/** A live picture is current this long after its last update: two heartbeats and a little more. */
export const CURRENT_FOR_MS = 5000;

/** When the picture of the newest update was current. */
export interface AsOf {
  /** On the relay's clock; 0 while unknown. */
  readonly capturedAt: number;
  readonly drawnAt: number;
  /** The clock of its connection, which becomes more accurate over time, and outlives the connection. */
  readonly clock: Pick<ClockOffset, "toLocal">;
}

/** The age of a picture, ms, never negative: since its capture, or if that is unknown, since it was drawn. */
export function ageMs({ capturedAt, drawnAt, clock }: AsOf, now: number): number {
  const captured = capturedAt > 0 ? clock.toLocal(capturedAt) : undefined;
  return Math.max(0, now - (captured ?? drawnAt));
}
