#!/usr/bin/env node
/** The capture agent: wires its parts, handles signals, and decides how the process ends. */
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { endWithParent, notifyParent, surviveLostOutput } from "@screen-share/program";
import {
  EncoderUnavailable,
  type Log,
  levelsOf,
  Pacer,
  Pipeline,
  Recorder,
  type Source,
  SourceFailure,
} from "@screen-share/publish";
import {
  chooseEncoder,
  createLog,
  fail,
  IdentityFile,
  identityPath,
  nodePlatform,
  openerFor,
  printLink,
  readPublisherEnvironment,
  terminalPublisher,
} from "@screen-share/publish/node";
import { type CaptureConfig, EXIT_NO_DISPLAY, readConfig, readFlags } from "./config.ts";
import { endLinks } from "./end-links.ts";
import { createRecordingFile } from "./record/recording-file.ts";
import { monitorTable } from "./source/monitor.ts";
import { SharpScaler } from "./source/scaler.ts";
import { listScreen, openAwaited, openScreen } from "./source/screen.ts";
import { TestCard } from "./source/test-card.ts";

/** Beside this file, in both source and build. */
const RECORDING_WRITER = fileURLToPath(
  new URL(import.meta.url.replace(/main(\.\w+)$/, "recording-writer$1")),
);

/** How to exit once the parent that could stop us is gone. Until something is shared there is nothing to close. */
let stop: () => void = () => process.exit();
surviveLostOutput();
endWithParent(() => stop());

const flags = readFlags(process.argv.slice(2));
const result = readConfig(flags, readPublisherEnvironment(import.meta.url));
if ("problems" in result) fail(result.problems.join("\n"));
if (result.config.list) await printMonitors(result.config);
else if (result.config.endLinks) await endAllLinks(result.config);
else await share(result.config);

async function share(config: CaptureConfig): Promise<void> {
  const log = createLog(config.logLevel, { app: "capture" });
  const source = await openSource(config, log);
  if (source instanceof SourceFailure) failFor(source);
  const levels = levelsOf(config);
  const encoder = chooseEncoder({ choice: config.encoder, qualities: levels.qualities, log });
  if (encoder instanceof EncoderUnavailable) {
    fail(`jpeg-turbo cannot be used here (${encoder.reason}).`);
  }
  const open = openerFor(config, log);
  if ("problem" in open) fail(open.problem);
  const identity = new IdentityFile(identityPath(config), (problem) => log.warn(problem));
  if (config.freshLinks) identity.endLinks();
  const recorder = await openRecorder(config, log);
  const publisher = terminalPublisher(config, {
    open,
    name: hostname().slice(0, 100),
    identity: () => identity.read(),
    onViewerLink: (link) => {
      printLink(link);
      notifyParent({ type: "sharing" });
    },
    recorder,
    log,
  });
  const scaler = new SharpScaler(config.maxDimension);
  const pacer = new Pacer(config.fps);
  stop = () => publisher.stop();
  // Not `once`: a second Ctrl-C, or one that a parent passes on, must not interrupt the shutdown.
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);

  const ending = publisher.run();
  const parts = { source, scaler, encoder, levels, publisher, pacer, log, platform: nodePlatform };
  await Promise.race([ending, new Pipeline(parts).run()]);
  const end = await ending;
  await recorder?.end();
  if (end.kind === "refused") fail(`The relay refused: ${end.reason}.`);
  log.info("stopped sharing");
  process.exit();
}

async function endAllLinks(config: CaptureConfig): Promise<void> {
  const identity = new IdentityFile(identityPath(config), (problem) => fail(problem));
  const open = openerFor(config);
  if ("problem" in open) fail(open.problem);
  const before = identity.read();
  // Written before the relay is notified: a sharing agent reads the new identity as soon as it is replaced.
  const ended = identity.endLinks();
  const outcome = await endLinks(config, { open, identity: ended });
  if ("refusal" in outcome) {
    identity.restore(before);
    fail(`The relay refused: ${outcome.refusal}. No links were revoked.`);
  }
  if ("problem" in outcome) fail(outcome.problem);
  process.stdout.write(`All viewer links given out for room "${config.room}" are revoked.\n`);
  printLink(outcome.link);
}

/** Returns a source that has grabbed once: without a display there is no reason to connect. */
async function openSource(config: CaptureConfig, log: Log): Promise<Source | SourceFailure> {
  const { now, sleep } = nodePlatform;
  const { source, monitor, x11, wayland } = config;
  const card = new TestCard({ now, name: hostname() });
  if (source === "test") return card;
  const look = async () => {
    const desktop = { x11, wayland, platform: process.platform };
    const screen = await openScreen({ ...desktop, monitor, now, log });
    const first = await screen.grab();
    return first instanceof SourceFailure ? first : screen;
  };
  return source === "auto" ? await openAwaited({ card, look, log, sleep }) : await look();
}

/** Called last of all that may fail: a later failure would leave an empty file. */
async function openRecorder({ record }: CaptureConfig, log: Log): Promise<Recorder | undefined> {
  if (record === undefined) return undefined;
  const file = await createRecordingFile(record, [...process.execArgv, RECORDING_WRITER]);
  if ("problem" in file) fail(file.problem);
  log.info(`recording to ${file.name}, even while nobody is watching`);
  return new Recorder({ file, log, timing: nodePlatform });
}

async function printMonitors({ x11, wayland }: CaptureConfig): Promise<void> {
  const monitors = await listScreen({ x11, wayland, platform: process.platform });
  if (monitors instanceof SourceFailure) failFor(monitors);
  process.stdout.write(monitorTable(monitors));
}

function failFor({ kind, reason }: SourceFailure): never {
  fail(reason, kind === "no-monitor" ? undefined : EXIT_NO_DISPLAY);
}
