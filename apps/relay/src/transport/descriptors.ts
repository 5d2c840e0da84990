/**
 * Bounds file descriptors, of which each connection takes one. Without any, a library may retry to accept connections without end. So the
 * relay refuses connections while it still has a few, and HTTP, whose clients may stay idle for a while, gets only a share.
 */
import { readdirSync } from "node:fs";

/** Kept for the log, for files, and for the metrics server. */
const RESERVED = 16;
/** The share of HTTP connections: idle ones, requests and streams. */
const HTTP_SHARE = 1 / 2;
/** How often a continuing shortage is reported, ms. */
const REPORT_EVERY_MS = 60_000;

export class Descriptors {
  #open: number;
  /** Open connections that are not WebSockets. */
  #http = 0;
  #refused = 0;
  #reportedAt: number | undefined;

  constructor(
    private readonly options: {
      /** How many this process may have open. */
      readonly limit: number;
      /** How many it has open. Undefined if that cannot be known; -1 if none is left to find out. */
      readonly count: () => number | undefined;
      /** Reports that connections are refused, or no longer are. */
      readonly report: (state: { readonly refusing: boolean; readonly limit: number }) => void;
    },
  ) {
    this.#open = options.count() ?? 0;
  }

  /** A connection has been accepted. @returns whether it may stay; if so, `closed` or `upgraded` follows */
  opened(): boolean {
    const most = this.options.limit - RESERVED;
    if (this.#open >= most || this.#http >= most * HTTP_SHARE) {
      this.#refused++;
      return false;
    }
    this.#open++;
    this.#http++;
    return true;
  }

  closed(): void {
    this.#open--;
    this.#http--;
  }

  /** An HTTP connection has become a WebSocket. */
  upgraded(): void {
    this.#http--;
  }

  /** Counts again. Called about once a second. */
  tick(now: number): void {
    const { limit, count, report } = this.options;
    // Ends of WebSockets are not reported one by one, so the estimate only grows.
    if (this.#open >= limit / 4 || this.#refused > 0) {
      const open = count();
      if (open !== undefined) this.#open = open < 0 ? limit : open;
    }
    const refusing = this.#refused > 0;
    this.#refused = 0;
    const lastAt = this.#reportedAt ?? Number.NEGATIVE_INFINITY;
    if (refusing ? now - lastAt < REPORT_EVERY_MS : this.#reportedAt === undefined) return;
    this.#reportedAt = refusing ? now : undefined;
    report({ refusing, limit });
  }
}

/** How many descriptors this process may have. Infinity if there is no limit. */
export function descriptorLimit(): number {
  const report = process.report?.getReport() as
    | { userLimits?: { open_files?: { soft?: number | string } } }
    | undefined;
  const soft = report?.userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
}

/** How many descriptors this process has open: undefined if that cannot be known; -1 if none is left to find out. */
export function openDescriptors(): number | undefined {
  try {
    // One of them is the folder itself.
    return readdirSync("/dev/fd").length - 1;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "EMFILE" ? -1 : undefined;
  }
}
