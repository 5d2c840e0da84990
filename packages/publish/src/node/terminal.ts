/** What the programs that publish from a terminal have in common: their publisher, and what they print. */

import type { ProducerIdentity } from "../ports.ts";
import { Publisher, type PublisherOptions } from "../publisher/publisher.ts";
import { nodePlatform } from "./platform.ts";
import type { RelaySettings } from "./settings.ts";
import { TerminalLinks } from "./terminal-links.ts";
import { linkLines } from "./viewer-link.ts";

/** Invalid settings, or a refusal by the relay that trying again cannot help. Scripts rely on this exit code. */
export const EXIT_FAILED = 1;

/** A publisher to the relay and room of these settings. */
export function terminalPublisher(
  { server: url, room, viewerUrl }: Pick<RelaySettings, "server" | "room" | "viewerUrl">,
  options: Omit<PublisherOptions, "url" | "room" | "links" | "timing"> & {
    readonly identity: () => ProducerIdentity;
    /** Called with a link, and again only when viewers must be given another one. */
    readonly onViewerLink: (link: string) => void;
  },
): Publisher {
  const links = new TerminalLinks({ ...options, url, viewerUrl, timers: nodePlatform });
  return new Publisher({ ...options, url, room, links, timing: nodePlatform });
}

/** Prints a link for the user who started the program. It may carry a token, so it is not logged. */
export function printLink(link: string): void {
  process.stdout.write(linkLines(link));
}

export function complain(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

export function fail(sentence: string, code = EXIT_FAILED): never {
  complain(sentence);
  process.exit(code);
}
