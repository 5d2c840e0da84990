#!/usr/bin/env node
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithParent, surviveLostOutput } from "@screen-share/program";
/** `pnpm replay`: shows a recording to a relay's viewers, as a producer; or tells what is in it. */
import type { Log, RecordingEnd } from "@screen-share/publish";
import { Publisher } from "@screen-share/publish";
import {
  createLog,
  IdentityFile,
  identityPath,
  linkLines,
  openerFor,
  readPublisherEnvironment,
} from "@screen-share/publish/node";
import { type ReplayConfig, readReplayConfig } from "./config.ts";
import { Feeder } from "./feeder.ts";
import { readReplayFlags } from "./flags.ts";
import { fileProblem, openingProblem, readErrorInWords } from "./opening.ts";
import { Playback } from "./playback.ts";
import { summarise } from "./summary.ts";
import { endInWords, summaryInWords } from "./words.ts";

/** As the agent's. */
const EXIT_FAILED = 1;
/** `--end-links` tries for 5 s. */
const LOOK_AT_LINKS_MS = 500;
const now = () => performance.timeOrigin + performance.now();

/** How to end when nobody is left who could stop us. */
let stop: () => void = () => process.exit();
surviveLostOutput();
endWithParent(() => stop());

const result = readReplayConfig(
  readReplayFlags(process.argv.slice(2)),
  readPublisherEnvironment(import.meta.url, complain),
);
if ("problems" in result) fail(result.problems.join("\n"));
const { config } = result;
const unfit = fileProblem(config.file);
if (unfit) fail(`${config.file} cannot be read: ${unfit}.`);
const open = () => createReadStream(config.file);
if (config.info) await tell();
else await replay(config);

async function tell(): Promise<void> {
  const summary = await summarise(open()).catch((error) => fail(unreadable(error)));
  if (summary.end.kind === "foreign") fail(`${config.file} ${summary.end.reason}.`);
  process.stdout.write(summaryInWords(summary));
}

async function replay(config: ReplayConfig) {
  const { server, token, room, viewerUrl, logLevel, speed, loop, wait } = config;
  const problem = await openingProblem(open);
  if (problem) fail(`${config.file} cannot be played: ${problem}.`);
  const log = createLog(logLevel, { app: "replay" });
  // Nobody who could put out an agent that shares in this room, but of the generation of its links, so that they go on working.
  const producerId = randomBytes(16).toString("hex");
  const agents = new IdentityFile(identityPath({ server, room }), (words) => log.warn(words));
  const openSocket = openerFor(server, log);
  if ("problem" in openSocket) fail(openSocket.problem);
  const publisher = new Publisher({
    url: server,
    token,
    room,
    viewerUrl,
    identity: () => ({ producerId, generation: agents.read().generation }),
    name: "replay",
    // An agent that loses its connection for a moment would find us in its place, and no way back.
    yields: true,
    openSocket,
    log,
    // The link may carry a token, so it goes to whoever started us, and not to the log.
    onViewerLink: (link) => process.stdout.write(linkLines(link)),
    now,
    random: Math.random,
  });
  stop = () => publisher.stop();
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const onEnd = ended(log, loop === true);
  const playback = new Playback({ open, speed, loop: loop === true, now, sleep, onEnd });

  const ending = publisher.run();
  endWithLinks(agents, { publisher, log });
  // Of a connection that is lost meanwhile the next turn knows.
  if (!wait || (await publisher.turn())) {
    log.info(`playing ${config.file}${speed === 1 ? "" : `, ${speed} times as fast as it was`}`);
    playback.run().catch((error) => fail(unreadable(error)));
    await Promise.race([ending, new Feeder({ playback, publisher, now, sleep }).run()]);
  }
  const how = await ending;
  if (how.kind === "refused") fail(`The relay refused room "${room}": ${how.reason}.`);
  log.info("stopped playing");
  process.exit();
}

/** Ends with the links: as long as we hold the room, its relay cannot be told of another generation of them. */
function endWithLinks(
  agents: IdentityFile,
  { publisher, log }: { publisher: Publisher; log: Log },
) {
  const { generation } = agents.read();
  const timer = setInterval(() => {
    if (agents.read().generation === generation) return;
    clearInterval(timer);
    log.warn("all links given out were ended, so this ends, too");
    publisher.stop();
  }, LOOK_AT_LINKS_MS);
}

/** Says once that it has come to the end. */
function ended(log: Log, loop: boolean): (end: RecordingEnd) => void {
  let told = false;
  return (end) => {
    if (told) return;
    told = true;
    const words = endInWords(end);
    if (words) log.warn(`the recording ends early: ${words}`);
    log.info(`played to the end; ${loop ? "now again" : "the last picture stays until Ctrl-C"}`);
  };
}

function unreadable(error: unknown): string {
  return `${config.file} cannot be read: ${readErrorInWords(error)}.`;
}

function complain(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

function fail(sentence: string): never {
  complain(sentence);
  process.exit(EXIT_FAILED);
}
