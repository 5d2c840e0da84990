#!/usr/bin/env node
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { endWithParent, notifyParent, surviveLostOutput } from "@screen-share/program";
/** The capture agent: wires its parts, handles signals, and decides how the process ends. */
import type { Log } from "@screen-share/publish";
import {
  EncoderUnavailable,
  levelsOf,
  Pacer,
  Pipeline,
  Publisher,
  Recorder,
  type Source,
  SourceFailure,
} from "@screen-share/publish";
import {
  chooseEncoder,
  createLog,
  IdentityFile,
  identityPath,
  linkLines,
  openerFor,
  readPublisherEnvironment,
} from "@screen-share/publish/node";
import { type Config, readConfig } from "./config/config.ts";
import { readFlags } from "./config/flags.ts";
import { endLinks } from "./end-links.ts";
import { EXIT_FAILED, EXIT_NO_DISPLAY } from "./exit-codes.ts";
import { createRecordingFile } from "./record/recording-file.ts";
import { openAwaited } from "./source/awaited-screen.ts";
import type { MonitorInfo } from "./source/monitor.ts";
import { SharpScaler } from "./source/scaler.ts";
import { listScreen, openScreen } from "./source/screen.ts";
import { TestCard } from "./source/test-card.ts";

/** Beside this file, and like it source or built. */
const RECORDING_WRITER = fileURLToPath(
  new URL(import.meta.url.replace(/main(\.\w+)$/, "recording-writer$1")),
);
/** A pause that keeps no program running. */
const sleep = (ms: number) => setTimeout(ms, undefined, { ref: false });
const now = () => performance.timeOrigin + performance.now();

/** How to end when nobody is left who could stop us. Until something is shared there is nothing to say goodbye to. */
let stop: () => void = () => process.exit();
surviveLostOutput();
endWithParent(() => stop());

const result = readConfig(
  readFlags(process.argv.slice(2)),
  readPublisherEnvironment(import.meta.url, complain),
);
if ("problems" in result) fail(result.problems.join("\n"), EXIT_FAILED);
if (result.config.list) await printMonitors(result.config);
else if (result.config.endLinks) await endAllLinks(result.config);
else await share(result.config);

async function share(config: Config): Promise<void> {
  const log = createLog(config.logLevel, { app: "capture" });
  const source = await openSource(config, log);
  if (source instanceof SourceFailure) failFor(source);
  const levels = levelsOf(config);
  const { qualities } = levels;
  const encoder = chooseEncoder({ choice: config.encoder, qualities, log });
  if (encoder instanceof EncoderUnavailable) {
    fail(`jpeg-turbo cannot be used here (${encoder.reason}).`, EXIT_FAILED);
  }
  const openSocket = openerFor(config.server, log);
  if ("problem" in openSocket) fail(openSocket.problem, EXIT_FAILED);
  const identity = new IdentityFile(identityPath(config), (problem) => log.warn(problem));
  if (config.freshLinks) identity.endLinks();
  const recorder = await openRecorder(config, log);
  const publisher = new Publisher({
    url: config.server,
    token: config.token,
    room: config.room,
    viewerUrl: config.viewerUrl,
    identity: () => identity.read(),
    name: hostname().slice(0, 100),
    openSocket,
    recorder,
    log,
    // The link may carry a token, so it goes to whoever started us, and not to the log.
    onViewerLink: (link) => {
      printLink(link);
      notifyParent({ type: "sharing" });
    },
    now,
    random: Math.random,
  });
  const scaler = new SharpScaler(config.maxDimension);
  const pacer = new Pacer(config.fps);
  const random = Math.random;
  const parts = { source, scaler, encoder, levels, publisher, pacer, log, now, random };
  stop = () => publisher.stop();
  // Not `once`: a second Ctrl-C, or one that a parent passes on, must not interrupt the goodbye.
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);

  const ending = publisher.run();
  await Promise.race([ending, new Pipeline(parts).run()]);
  const how = await ending;
  await recorder?.end();
  if (how.kind === "refused") fail(`The relay refused: ${how.reason}.`, EXIT_FAILED);
  log.info("stopped sharing");
  process.exit();
}

async function endAllLinks(config: Config): Promise<void> {
  const identity = new IdentityFile(identityPath(config), (problem) => fail(problem, EXIT_FAILED));
  const openSocket = openerFor(config.server);
  if ("problem" in openSocket) fail(openSocket.problem, EXIT_FAILED);
  const before = identity.read();
  // Kept before it is told: an agent that is sharing reads it as soon as it is put out.
  const outcome = await endLinks({ ...config, identity: identity.endLinks(), openSocket, now });
  if ("refusal" in outcome) {
    identity.restore(before);
    fail(`The relay refused: ${outcome.refusal}. No link has ended.`, EXIT_FAILED);
  }
  if ("problem" in outcome) fail(outcome.problem, EXIT_FAILED);
  process.stdout.write(`All viewer links given out for room "${config.room}" have ended.\n`);
  printLink(outcome.link);
}

function printLink(link: string): void {
  process.stdout.write(linkLines(link));
}

/** A source that has grabbed once: without a display there is nothing to connect for. */
async function openSource(config: Config, log: Log): Promise<Source | SourceFailure> {
  const { source, monitor, x11, wayland } = config;
  const card = new TestCard({ now, name: hostname() });
  if (source === "test") return card;
  const look = async () => {
    const screen = await openScreen({
      x11,
      wayland,
      platform: process.platform,
      monitor,
      now,
      log,
    });
    const first = await screen.grab();
    return first instanceof SourceFailure ? first : screen;
  };
  return source === "auto" ? await openAwaited({ card, look, log, sleep }) : await look();
}

/** Last of all that may fail: an empty file would be left behind. */
async function openRecorder({ record }: Config, log: Log): Promise<Recorder | undefined> {
  if (record === undefined) return undefined;
  const file = await createRecordingFile(record, [...process.execArgv, RECORDING_WRITER]);
  if ("problem" in file) fail(file.problem, EXIT_FAILED);
  log.info(`recording to ${file.name}, also while nobody watches`);
  return new Recorder({ file, log, now });
}

async function printMonitors({ x11, wayland }: Config): Promise<void> {
  const monitors = await listScreen({ x11, wayland, platform: process.platform });
  if (monitors instanceof SourceFailure) failFor(monitors);
  const header = ["INDEX", "ID", "NAME", "SIZE", "POSITION", "PRIMARY"];
  const rows = monitors.map((monitor, index) => [String(index), ...columns(monitor)]);
  const table = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0)));
  for (const row of table) {
    const cells = row.map((cell, i) => cell.padEnd(widths[i] ?? 0));
    process.stdout.write(`${cells.join("  ").trimEnd()}\n`);
  }
}

function columns({ id, name, width, height, x, y, primary }: MonitorInfo): string[] {
  return [String(id), name, `${width}×${height}`, `${x},${y}`, primary ? "yes" : ""];
}

function failFor({ kind, reason }: SourceFailure): never {
  fail(reason, kind === "no-monitor" ? EXIT_FAILED : EXIT_NO_DISPLAY);
}

function complain(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

function fail(sentence: string, code: number): never {
  complain(sentence);
  process.exit(code);
}
