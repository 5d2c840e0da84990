/**
 * Ends all viewer links given out so far: tells the relay of a new generation of them, by a connection of its own. An agent that
 * is sharing is put out by it for a moment, and comes back by itself under the new generation.
 */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Identity } from "./identity.ts";
import { Publisher } from "./publish/publisher.ts";
import type { OpenSocket } from "./publish/socket.ts";

const TIMEOUT_MS = 5000;
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
  readonly identity: Identity;
  readonly openSocket: OpenSocket;
  readonly now: () => number;
}): Promise<LinksEnded> {
  const { server: url, token, room, identity, openSocket, now } = options;
  let complaint = "it does not answer";
  let tell: (link: string) => void = ignore;
  const told = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const publisher = new Publisher({
    url,
    token,
    room,
    identity: () => identity,
    name: hostname().slice(0, 100),
    openSocket,
    log: {
      ...SILENT,
      warn: (words) => {
        complaint = words.replace(/; trying again.*/, "");
      },
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
    sleep(TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => ({
      problem: `${NOT_TOLD}: ${complaint}.`,
    })),
  ]);
  timeout.abort();
  publisher.stop();
  await ending;
  return outcome;
}

function ignore(): void {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };
