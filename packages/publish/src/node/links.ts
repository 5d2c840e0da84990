/**
 * The links that viewers are given: passes a new one on when the last one no longer serves, and knows whether another process of
 * ours has ended the earlier ones, which closes our connection for a moment.
 */

import type { LimitedLog } from "../publisher/limited-log.ts";
import { type Rate, RateLimit } from "../publisher/rate-limit.ts";
import type { Identity } from "./identity.ts";
import { leadsElsewhere, resolveLink, stillServes } from "./viewer-link.ts";

/** A relay renews a link twice a day. One that sends others all the time must not fill the host's terminal. */
export const LINKS: Rate = { burst: 3, intervalMs: 60_000 };

export interface LinksOptions {
  /** The relay's address, as dialled. */
  readonly url: string;
  /** The viewer page that links may lead to besides the relay; undefined: any, with a warning that names it. */
  readonly viewerUrl?: string | undefined;
  /** Who we are now. */
  readonly identity: () => Identity;
  /** Called with a link, and again only when another one must be given to viewers. */
  readonly onViewerLink: (link: string) => void;
  readonly log: Pick<LimitedLog, "info" | "warn">;
  /**
   * ms since 1970. This is the wall clock, which also moves while the machine sleeps and when it is set, because that is the clock
   * by which links expire. By default `Date.now`.
   */
  readonly wallNow?: () => number;
}

export class Links {
  #generation = "";
  /** The newest one that the relay has sent. */
  #newest: string | undefined;
  /** The one that was passed on last. */
  #given: string | undefined;
  readonly #passOn: RateLimit<string>;
  readonly #wallNow: () => number;

  constructor(private readonly options: LinksOptions) {
    this.#wallNow = options.wallNow ?? Date.now;
    this.#passOn = new RateLimit(LINKS, (link) => options.onViewerLink(link));
  }

  /** Who to say hello as: from now on links of its generation count. */
  begin(): Identity {
    const identity = this.options.identity();
    this.#generation = identity.generation;
    return identity;
  }

  /** Whether another process has ended our links since we said hello. */
  get ended(): boolean {
    return this.options.identity().generation !== this.#generation;
  }

  /** The relay sent a link to its room with its welcome. */
  received(text: string): void {
    this.#newest = this.#usable(text);
    this.check();
  }

  /** The relay replaces the link before, which ends soon by its clock, whatever ours says (P-38). */
  renewed(text: string): void {
    const link = this.#usable(text);
    if (link === undefined || link === this.#given) return;
    this.#newest = link;
    this.#give(link);
  }

  /** Passes the newest link on if the one before has come to its end, also by a clock that was set. To be called often. */
  check(): void {
    const link = this.#newest;
    if (link === undefined) return;
    const given = this.#given;
    if (given === undefined || !stillServes(given, link, this.#wallNow())) this.#give(link);
  }

  stop(): void {
    this.#passOn.stop();
  }

  #give(link: string): void {
    if (this.#given !== undefined) {
      this.options.log.info(
        "the viewer link printed before ends soon or has ended; here is another",
      );
    }
    this.#given = link;
    const page = leadsElsewhere(link, this.options.url);
    if (page !== undefined && this.options.viewerUrl === undefined) {
      this.options.log.warn(
        `the relay's viewer link leads to another server, ${page}: give it to viewers only if you know that page; VIEWER_URL=${page}/ confirms it`,
      );
    }
    this.#passOn.offer(link);
  }

  /** @returns undefined if it must not be passed on */
  #usable(text: string): string | undefined {
    const { url, viewerUrl, log } = this.options;
    const link = resolveLink(text, url);
    if (link === undefined) {
      log.warn("the relay sent a viewer link that is no web address fit to be printed");
      return undefined;
    }
    const page = leadsElsewhere(link, url);
    if (page === undefined || viewerUrl === undefined || page === new URL(viewerUrl).origin) {
      return link;
    }
    log.warn(
      `the relay sent a viewer link to ${page}, which is neither the relay nor VIEWER_URL, so it is not printed`,
    );
    return undefined;
  }
}
