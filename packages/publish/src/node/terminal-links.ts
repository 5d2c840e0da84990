/**
 * The links that a host with a terminal gives to viewers. Passes a new link on when the last one is no longer usable, and knows whether another
 * process of ours has revoked the earlier ones, which closes our connection for a moment.
 */
import type { Timing } from "@screen-share/protocol";
import type { Log, ProducerIdentity, ViewerLinks } from "../ports.ts";
import { LimitedLog, type Rate, RateLimit } from "../publisher/rate-limit.ts";
import { leadsElsewhere, resolveLink, stillServes } from "./viewer-link.ts";

/** A relay renews a link twice a day. One that keeps sending others must not fill the host's terminal. */
export const LINKS: Rate = { burst: 3, intervalMs: 60_000 };

export interface TerminalLinksOptions {
  /** The relay's address, as dialled. */
  readonly url: string;
  /** The viewer page that links may lead to besides the relay. If undefined, any, with a warning that names it. */
  readonly viewerUrl?: string | undefined;
  readonly identity: () => ProducerIdentity;
  /** Called with a link, and again only when viewers must be given another one. */
  readonly onViewerLink: (link: string) => void;
  readonly log: Log;
  readonly timers: Pick<Timing, "after">;
  /** ms since 1970, by default `Date.now`, because links expire by the wall clock, also while the machine sleeps and if it is set. */
  readonly wallNow?: () => number;
}

export class TerminalLinks implements ViewerLinks {
  #generation = "";
  /** The newest link that the relay has sent. */
  #newest: string | undefined;
  /** The link that was passed on last. */
  #given: string | undefined;
  readonly #passOn: RateLimit<string>;
  readonly #log: LimitedLog;
  readonly #wallNow: () => number;

  constructor(private readonly options: TerminalLinksOptions) {
    const { log, timers, wallNow = Date.now } = options;
    this.#wallNow = wallNow;
    this.#log = new LimitedLog(log, timers);
    this.#passOn = new RateLimit(LINKS, timers, (link) => options.onViewerLink(link));
  }

  begin(): ProducerIdentity {
    const identity = this.options.identity();
    this.#generation = identity.generation;
    return identity;
  }

  get ended(): boolean {
    return this.options.identity().generation !== this.#generation;
  }

  received(text: string): void {
    this.#newest = this.#usable(text);
    this.check();
  }

  renewed(text: string): void {
    const link = this.#usable(text);
    if (link === undefined || link === this.#given) return;
    this.#newest = link;
    this.#give(link);
  }

  /** Passes the newest link on if the previous one has expired, which setting the clock may also cause. */
  check(): void {
    const link = this.#newest;
    if (link === undefined) return;
    const given = this.#given;
    if (given === undefined || !stillServes(given, link, this.#wallNow())) this.#give(link);
  }

  stop(): void {
    this.#passOn.stop();
    this.#log.stop();
  }

  #give(link: string): void {
    if (this.#given !== undefined) {
      this.#log.info("the viewer link printed earlier has expired or will soon; here is a new one");
    }
    this.#given = link;
    const page = leadsElsewhere(link, this.options.url);
    if (page !== undefined && this.options.viewerUrl === undefined) {
      this.#log.warn(
        `the relay's viewer link leads to another server, ${page}: give it to viewers only if you know that page; VIEWER_URL=${page}/ confirms it`,
      );
    }
    this.#passOn.offer(link);
  }

  /** Returns undefined if the link must not be passed on. */
  #usable(text: string): string | undefined {
    const { url, viewerUrl } = this.options;
    const link = resolveLink(text, url);
    if (link === undefined) {
      this.#log.warn("the relay sent a viewer link that is not a printable web address");
      return undefined;
    }
    const page = leadsElsewhere(link, url);
    if (page === undefined || viewerUrl === undefined || page === new URL(viewerUrl).origin) {
      return link;
    }
    this.#log.warn(
      `the relay sent a viewer link to ${page}, which is neither the relay nor VIEWER_URL, so it is not printed`,
    );
    return undefined;
  }
}
