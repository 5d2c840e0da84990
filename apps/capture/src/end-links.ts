/**
 * Ends all viewer links given out so far: tells the relay of a new generation of them, by a connection of its own. An agent that
 * is sharing is put out by it for a moment, and comes back by itself under the new generation.
 */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Publisher } from "@screen-share/publish";
import type { Identity, OpenSocket } from "@screen-share/publish/node";

/** A relay that is only being restarted is back by then. One that has not answered yet is waited for until dialling fails. */
const PATIENCE_MS = 5000;
const NOT_TOLD =
  "The links will end when the agent next reaches the relay; it could not be told now";

/** What became of it. */
export type LinksEnded =
  | { readonly link: string }
  /** Nothing has ended. */
  | { readonly refusal: string }
  /** Nothing has ended yet. */
  | { readonly problem: string };

/**
 * @param options.identity the new one, which the agent has kept already
 * @returns the link that counts from now on
 */
export async function endLinks(options: {
  readonly server: string;
  readonly token?: string | undefined;
  readonly room: string;
  readonly viewerUrl?: string | undefined;
  readonly identity: Identity;
  readonly openSocket: OpenSocket;
  readonly now: () => number;
}): Promise<LinksEnded> {
  const { server: url, token, room, viewerUrl, identity, openSocket, now } = options;
  let complain: (words: string) => void = ignore;
  const complained = new Promise<string>((resolve) => {
    complain = resolve;
  });
  let tell: (link: string) => void = ignore;
  const told = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const publisher = new Publisher({
    url,
    token,
    room,
    viewerUrl,
    identity: () => identity,
    name: hostname().slice(0, 100),
    openSocket,
    log: {
      ...SILENT,
      warn: (words) => complain(words.replace(/; trying again.*/, "")),
    },
    onViewerLink: tell,
    now,
    random: Math.random,
  });
  const ending = publisher.run();
  const timeout = new AbortController();
  const outcome: LinksEnded = await Promise.race([
    told.then((link) => ({ link })),
    ending.then((how) =>
      how.kind === "refused" ? { refusal: how.reason } : { problem: `${NOT_TOLD}.` },
    ),
    sleep(PATIENCE_MS, undefined, { signal: timeout.signal }).then(async () => ({
      problem: `${NOT_TOLD}: ${await complained}.`,
    })),
  ]);
  timeout.abort();
  publisher.stop();
  await ending;
  return outcome;
}

function ignore(): void {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };
