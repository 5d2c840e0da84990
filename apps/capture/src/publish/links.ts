/**
 * The links that viewers are given: tells a new one, and knows whether another process of ours has ended those of before, which
 * puts this one out for a moment.
 */
import type { Identity } from "../identity.ts";
import { resolveLink, stillServes } from "./viewer-link.ts";

export interface LinksOptions {
  /** The relay's address, as dialled. */
  readonly url: string;
  /** Who we are, as it stands now. */
  readonly identity: () => Identity;
  /** Called with the link, and again only when the one told last no longer serves as well. */
  readonly onViewerLink: (link: string) => void;
  /** ms since 1970 */
  readonly now: () => number;
}

export class Links {
  #generation = "";
  #told: string | undefined;

  constructor(private readonly options: LinksOptions) {}

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

  /** The relay tells the link to its room. */
  told(text: string): void {
    const link = resolveLink(text, this.options.url);
    if (link === undefined) return;
    if (this.#told !== undefined && stillServes(this.#told, link, this.options.now())) return;
    this.#told = link;
    this.options.onViewerLink(link);
  }
}
