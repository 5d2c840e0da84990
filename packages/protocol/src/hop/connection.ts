/**
 * Keeps an agent or a viewer connected: dial → hello → live → lost → retry. It alone decides when to dial again, with a delay that grows until a
 * connection has proven itself: a relay that accepts us and then closes at once must not be dialled in a tight loop (P-41).
 */
import { closeMeaning } from "../wire/close.ts";
import type { ToProducerMessage, ToViewerMessage } from "../wire/messages.ts";
import { Backoff } from "./backoff.ts";
import { Line, type LineEnd, type LineOptions } from "./line.ts";

export interface ConnectionOptions<Message extends ToViewerMessage | ToProducerMessage>
  extends Omit<LineOptions<Message>, "ended"> {
  /** The delays between dials, ms: as for `Backoff`. */
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  /** Whether dialling again can help; by default `closeMeaning(code).retryable`. Not called if we gave up ourselves. */
  readonly isRetryable?: (end: LineEnd) => boolean;
  /** The line has ended, or could not be dialled: then `end` is undefined. @param retryAt our clock, ms; undefined if no dial follows */
  readonly lost: (end: LineEnd | undefined, retryAt: number | undefined) => void;
}

export class Connection<Message extends ToViewerMessage | ToProducerMessage> {
  readonly #backoff: Backoff;
  /** The line that is being dialled or live. Read-only for others. */
  line: Line<Message> | undefined;
  #cancelRetry: () => void = () => {};

  constructor(private readonly options: ConnectionOptions<Message>) {
    this.#backoff = new Backoff(options.backoff);
  }

  /** Dials now, unless a line is being dialled or live. */
  dial(): void {
    if (this.line) return;
    this.#cancelRetry();
    this.line = new Line({ ...this.options, ended: (end) => this.#ended(end) });
    if (this.line.dial()) return;
    this.line = undefined;
    this.options.lost(undefined, undefined);
  }

  /** Ends the line and does not dial again, until `dial` is called. Nothing is reported. */
  hangUp(): void {
    this.#cancelRetry();
    this.line?.hangUp();
    this.line = undefined;
  }

  /** The next retry is a first one again. */
  resetBackoff(): void {
    this.#backoff.reset();
  }

  #ended(end: LineEnd): void {
    this.line = undefined;
    const { timing, lost, isRetryable = ({ code }) => closeMeaning(code).retryable } = this.options;
    if (!end.byUs && !isRetryable(end)) {
      lost(end, undefined);
      return;
    }
    if (end.proven) this.#backoff.reset();
    const delayMs = this.#backoff.nextMs(timing.random());
    this.#cancelRetry = timing.after(delayMs, () => this.dial());
    lost(end, timing.now() + delayMs);
  }
}
