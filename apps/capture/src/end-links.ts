/**
 * Revokes all viewer links given out so far: reports a new generation of them to the relay over a connection of its own. An agent that is sharing is
 * replaced by it for a moment, and then returns by itself under the new generation.
 */
import { hostname } from "node:os";
import type { OpenSocket } from "@screen-share/protocol";
import type { ProducerIdentity } from "@screen-share/publish";
import { nodePlatform, terminalPublisher } from "@screen-share/publish/node";
import type { CaptureConfig } from "./config.ts";

/** A relay that is only being restarted is back by then. If none has answered yet, we wait until dialling fails. */
const PATIENCE_MS = 5000;
const NOT_REACHED =
  "The links will be revoked when the agent next connects to the relay, which could not be reached now";

export type LinksEnded =
  | { readonly link: string }
  | { readonly refusal: string }
  | { readonly problem: string };

/** @param options.identity the new one, which was written already */
export async function endLinks(
  config: Pick<CaptureConfig, "server" | "room" | "viewerUrl">,
  { open, identity }: { readonly open: OpenSocket; readonly identity: ProducerIdentity },
): Promise<LinksEnded> {
  const failed = eventual<string>();
  const given = eventual<string>();
  const warn = (message: string) => failed.resolve(message.replace(/; trying again.*/, ""));
  const publisher = terminalPublisher(config, {
    open,
    name: hostname().slice(0, 100),
    identity: () => identity,
    onViewerLink: given.resolve,
    log: { ...SILENT, warn },
  });
  const ending = publisher.run();
  const timeout = eventual<void>();
  const cancelTimeout = nodePlatform.after(PATIENCE_MS, timeout.resolve);
  const outcome: LinksEnded = await Promise.race([
    given.promise.then((link) => ({ link })),
    ending.then((end) =>
      end.kind === "refused" ? { refusal: end.reason } : { problem: `${NOT_REACHED}.` },
    ),
    timeout.promise.then(async () => ({ problem: `${NOT_REACHED}: ${await failed.promise}.` })),
  ]);
  cancelTimeout();
  publisher.stop();
  await ending;
  return outcome;
}

function eventual<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = ignore;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function ignore(): void {}
const SILENT = { debug: ignore, info: ignore, error: ignore };
