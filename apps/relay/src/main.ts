/** The relay's process: settings, log, signals. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { endWithParent, notifyParent, surviveLostOutput } from "@screen-share/program";
import { CLOSE, closeMeaning } from "@screen-share/protocol";
import { ConfigError, readConfig } from "./config.ts";
import { loadStaticFiles } from "./http/static.ts";
import { createLog } from "./log.ts";
import { startRelay } from "./relay.ts";
import { VERSION } from "./version.ts";

const USAGE = `The relay of Screen Share: takes the screen from one agent a room and shows it to all who watch.

Usage: pnpm relay [--port 8000] [--quiet] [--help] [--version]

  --port   the port to listen on (PORT)
  --quiet  log only warnings and errors, unless LOG_LEVEL says otherwise

Settings are environment variables, or lines of the file .env at the root of the project (never of the current folder):
  HOST                  address to listen on (127.0.0.1; any other needs AUTH_SECRET)
  PORT                  port to listen on (8000)
  AUTH_SECRET           at least 32 bytes: asks everybody for a token that was signed with it
  AUTH_SECRET_PREVIOUS  the secret before, still believed while it is being changed
  LINK_TTL              how long a viewer link holds at most (12h)
  QUERY_TOKENS          whether ?token= counts: on or off (on)
  ALLOWED_ORIGINS       pages that may connect, comma separated (with a secret all, else only our own)
  FRAME_ANCESTORS       pages that may frame the viewer: none, self, or origins (none)
  TRUST_PROXY           the header in which our proxy tells a client's address: fly-client-ip or x-forwarded-for
  VIEWER_URL            address of the viewer page, for links (this relay); may end in #relay=…, see docs/protocol.md
  MAX_VIEWERS_PER_ROOM  (1000)
  MAX_ROOMS             (1000)
  MAX_MESSAGE_BYTES     the largest update or frame of a producer (16777216)
  MAX_PICTURE_MEMORY    all pictures together, bytes (a quarter of the memory there is)
  PICTURE_TTL           how long the last picture stands without its producer (10m)
  METRICS_PORT          where /metrics is, for Prometheus; there is none unless it is set
  METRICS_HOST          address to listen on for it (127.0.0.1)
  TRANSPORT             library that carries connections: auto, uws (uWebSockets.js) or ws (auto)
  STOP_DELAY            how long /readyz says that we are stopping before we do (0s)
  LOG_LEVEL             debug, info, warn, error or silent (info)`;

/** Where the viewer's static export is, seen from src/ and from dist/. */
const VIEWER_FOLDER = fileURLToPath(new URL("../../viewer/out", import.meta.url));

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function settings(port: string | undefined): ReturnType<typeof readConfig> {
  try {
    return readConfig({ PORT: port });
  } catch (error) {
    if (error instanceof ConfigError) fail(`The relay cannot start:\n${error.message}`);
    throw error;
  }
}

function readArguments() {
  try {
    const flag = { type: "boolean" } as const;
    const options = { help: flag, version: flag, quiet: flag, port: { type: "string" } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

surviveLostOutput();
const { help, version, quiet, port } = readArguments();
if (help || version) {
  process.stdout.write(`${help ? USAGE : VERSION}\n`);
  process.exit(0);
}

const { config, warnings } = settings(port);
const log = createLog(config.LOG_LEVEL ?? (quiet ? "warn" : "info"));
for (const warning of warnings) log.warn(warning);
if (config.keys.length > 1) {
  log.warn("AUTH_SECRET_PREVIOUS is still believed: unset it once no token of it is in use");
}
const files = await loadStaticFiles(VIEWER_FOLDER, { frameAncestors: config.FRAME_ANCESTORS });
if (files.size === 0)
  log.warn("the viewer is not built, so there is no page to open: run pnpm build");
const relay = await startRelay(config, { files, log, version: VERSION }).catch((error: Error) =>
  fail(`The relay cannot start: ${error.message}.`),
);
log.info({ version: VERSION, host: config.HOST, port: relay.port }, "the relay is listening");
if (relay.metricsPort !== undefined) {
  log.info({ host: config.METRICS_HOST, port: relay.metricsPort }, "metrics are at /metrics");
}
notifyParent({ type: "listening", port: relay.port, guarded: config.keys.length > 0 });

let stopping = false;
/** A second signal does not wait for `STOP_DELAY`. */
const hurry = new AbortController();

async function stop(reason: string): Promise<void> {
  const { STOP_DELAY } = config;
  log.info({ reason, delayMs: STOP_DELAY }, "the relay is stopping");
  relay.announceStop();
  await sleep(STOP_DELAY, undefined, { signal: hurry.signal }).catch(() => undefined);
  await relay.close(CLOSE.restarting, closeMeaning(CLOSE.restarting).meaning);
  log.info("the relay has stopped");
  process.exit(0);
}

function stopOnce(reason: string): void {
  if (stopping) hurry.abort();
  else void stop(reason);
  stopping = true;
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => stopOnce(signal));
}
// Nobody is left to wait for.
endWithParent(() => {
  hurry.abort();
  stopOnce("the program that started it has ended");
});
