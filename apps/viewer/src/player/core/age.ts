/** How old the picture is, and how to say so. Times are ms on our clock unless said otherwise. */
import type { ClockOffset } from "@screen-share/protocol";

/** A live picture is current for so long after its last update: two that were due and a little. */
export const CURRENT_FOR_MS = 5000;

/** What the newest update told about when its picture was current. */
export interface AsOf {
  /** On the relay's clock; 0 while unknown. */
  readonly capturedAt: number;
  readonly drawnAt: number;
  /** The clock of the connection that it came by; it goes on learning, and outlives the connection. */
  readonly clock: Pick<ClockOffset, "toLocal">;
}

/** The age of a picture, ms, never negative: since its capture, or if no clock tells, since it was drawn. */
export function ageMs({ capturedAt, drawnAt, clock }: AsOf, now: number): number {
  const captured = capturedAt > 0 ? clock.toLocal(capturedAt) : undefined;
  return Math.max(0, now - (captured ?? drawnAt));
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** "12 s ago", "3 min ago", "2 h ago", "5 days ago": rounded down, and at least a second. */
export function ageWords(ageS: number): string {
  if (ageS < MINUTE_S) return `${Math.max(1, Math.floor(ageS))} s ago`;
  if (ageS < HOUR_S) return `${Math.floor(ageS / MINUTE_S)} min ago`;
  if (ageS < DAY_S) return `${Math.floor(ageS / HOUR_S)} h ago`;
  const days = Math.floor(ageS / DAY_S);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}
