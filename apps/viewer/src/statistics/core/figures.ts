/** Formats numbers with two or three significant digits and a unit. */

export const UNKNOWN = "–";

const MS_PER_S = 1000;

/** "0.4 ms", "43 ms", "1.2 s". */
export function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return UNKNOWN;
  if (ms >= MS_PER_S - 0.5) return `${digits(ms / MS_PER_S)} s`;
  return `${ms < 1 && ms > 0 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** Bytes per second in the unit in which connections are sold: "0.94 Mbit/s", "12 Mbit/s", "38 kbit/s". */
export function rate(bytesPerSecond: number): string {
  const kilobits = (bytesPerSecond * 8) / 1000;
  return kilobits < 100 ? `${digits(kilobits)} kbit/s` : `${digits(kilobits / 1000)} Mbit/s`;
}

/** "740 B", "1.2 KB", "38 KB", "1.1 MB"; a KB is 1000 bytes. */
export function bytes(count: number): string {
  if (count < 1000) return `${Math.round(count)} B`;
  return count < 999_500 ? `${digits(count / 1000)} KB` : `${digits(count / 1_000_000)} MB`;
}

/** "0.4", "9.8", "30". */
export function digits(value: number): string {
  if (value === 0) return "0";
  if (value < 0.995) return String(Number(value.toFixed(2)));
  return value < 9.95 ? value.toFixed(1) : String(Math.round(value));
}

export function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

/** "42 s", "3 min 5 s", "2 h 10 min". */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
