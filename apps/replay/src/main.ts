#!/usr/bin/env node
/** `pnpm replay`: shows a recording to a relay's viewers, as a producer; or prints what is in it. */
import { createReadStream } from "node:fs";
import { endWithParent, surviveLostOutput } from "@screen-share/program";
import type { Log, Publisher, RecordingEnd } from "@screen-share/publish";
import {
  createLog,
  fail,
  freshSecret,
  IdentityFile,
  identityPath,
  nodePlatform,
  openerFor,
  printLink,
  readPublisherEnvironment,
  terminalPublisher,
} from "@screen-share/publish/node";
import { type ReplayConfig, readReplayConfig, readReplayFlags } from "./config.ts";
import { Feeder } from "./feeder.ts";
import { fileProblem, openingProblem, readErrorInWords } from "./opening.ts";
import { Playback } from "./playback.ts";
import { endInWords, summarise, summaryInWords } from "./summary.ts";

/** `--end-links` tries for 5 s. */
const LOOK_AT_LINKS_MS = 500;
const platform = nodePlatform;

/** How to end once the parent that could stop us is gone. */
let stop: () => void = () => process.exit();
surviveLostOutput();
endWithParent(() => stop());

const flags = readReplayFlags(process.argv.slice(2));
const result = readReplayConfig(flags, readPublisherEnvironment(import.meta.url));
if ("problems" in result) fail(result.problems.join("\n"));
const { config } = result;
const unfit = fileProblem(config.file);
if (unfit) fail(`${config.file} cannot be read: ${unfit}.`);
const open = () => createReadStream(config.file);
if (config.info) await printSummary();
else await replay(config);

async function printSummary(): Promise<void> {
  const summary = await summarise(open()).catch((error) => fail(unreadable(error)));
  if (summary.end.kind === "foreign") fail(`${config.file} ${summary.end.reason}.`);
  process.stdout.write(summaryInWords(summary));
}

async function replay(config: ReplayConfig): Promise<void> {
  const { logLevel, speed, loop = false, wait } = config;
  const problem = await openingProblem(open);
  if (problem) fail(`${config.file} cannot be played: ${problem}.`);
  const log = createLog(logLevel, { app: "replay" });
  // An identity of its own, so that it never replaces an agent in this room, but the generation of that agent's links, which stay valid.
  const producerId = freshSecret();
  const agent = new IdentityFile(identityPath(config), (message) => log.warn(message));
  const openRelay = openerFor(config, log);
  if ("problem" in openRelay) fail(openRelay.problem);
  const publisher = terminalPublisher(config, {
    open: openRelay,
    name: "replay",
    // An agent that loses its connection for a moment would otherwise find its place taken.
    yields: true,
    identity: () => ({ producerId, generation: agent.read().generation }),
    onViewerLink: printLink,
    log,
  });
  stop = () => publisher.stop();
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const playback = new Playback({ open, speed, loop, onEnd: endLogger(log, loop), platform });

  const ending = publisher.run();
  endWithLinks(agent, { publisher, log });
  // If the connection is lost meanwhile, the next turn takes care of it.
  if (!wait || (await publisher.turn())) {
    log.info(`playing ${config.file}${speed === 1 ? "" : ` at ${speed} times its speed`}`);
    playback.run().catch((error) => fail(unreadable(error)));
    await Promise.race([ending, new Feeder({ playback, publisher, platform }).run()]);
  }
  const end = await ending;
  if (end.kind === "refused") fail(`The relay refused room "${config.room}": ${end.reason}.`);
  log.info("stopped playing");
  process.exit();
}

/** Ends when the links are revoked: while we hold the room, its relay does not learn of another generation of them. */
function endWithLinks(
  agent: IdentityFile,
  { publisher, log }: { readonly publisher: Publisher; readonly log: Log },
): void {
  const { generation } = agent.read();
  const timer = setInterval(() => {
    if (agent.read().generation === generation) return;
    clearInterval(timer);
    log.warn("all links given out were revoked, so the replay ends as well");
    publisher.stop();
  }, LOOK_AT_LINKS_MS);
}

/** Logs the first end, and no others. */
function endLogger(log: Log, loop: boolean): (end: RecordingEnd) => void {
  let logged = false;
  return (end) => {
    if (logged) return;
    logged = true;
    const early = endInWords(end);
    if (early) log.warn(`the recording ends early: ${early}`);
    const next = loop ? "starting again" : "the last picture stays until Ctrl-C";
    log.info(`played to the end; ${next}`);
  };
}

function unreadable(error: unknown): string {
  return `${config.file} cannot be read: ${readErrorInWords(error)}.`;
}
