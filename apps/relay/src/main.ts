/** The relay's process: settings, log, signals. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { commandLine, endWithParent, notifyParent, surviveLostOutput } from "@screen-share/program";
import { CLOSE, closeMeaning } from "@screen-share/protocol";
import packageJson from "../package.json" with { type: "json" };
import { fail, readConfig } from "./config.ts";
import { loadStaticFiles } from "./http/static.ts";
import { createLog } from "./log.ts";
import { startRelay } from "./relay.ts";

const { version } = packageJson;
const DESCRIPTION =
  "The relay of Screen Share: receives the screen from one agent per room and sends it to all viewers.";
const SETTINGS = `
Settings are environment variables, or lines of the file .env at the root of the project (never of the current folder):
  HOST                  address to listen on (127.0.0.1; any other needs AUTH_SECRET)
  PORT                  port to listen on (8000)
  AUTH_SECRET           at least 32 bytes: every client needs a token that was signed with it
  AUTH_SECRET_PREVIOUS  the previous secret, accepted while you rotate
  LINK_TTL              how long a viewer link is valid at most (12h)
  QUERY_TOKENS          whether ?token= is accepted: on or off (on)
  ALLOWED_ORIGINS       pages that may connect, comma separated (with a secret all, otherwise only the relay's own)
  FRAME_ANCESTORS       pages that may frame the viewer: none, self, or origins (none)
  TRUST_PROXY           header in which your proxy sends a client's address: fly-client-ip or x-forwarded-for
  VIEWER_URL            address of the viewer page, for links (this relay); may end in #relay=…, see docs/protocol.md
  MAX_VIEWERS_PER_ROOM  (1000)
  MAX_ROOMS             (1000)
  MAX_MESSAGE_BYTES     the largest update or frame of a producer (16777216)
  MAX_PICTURE_MEMORY    all pictures together, in bytes (a quarter of the memory)
  PICTURE_TTL           how long the last picture is kept after its producer has left (10m)
  METRICS_PORT          port of /metrics, for Prometheus (no metrics unless set)
  METRICS_HOST          address to listen on for /metrics (127.0.0.1)
  TRANSPORT             library for connections: auto, uws (uWebSockets.js) or ws (auto)
  STOP_DELAY            how long /readyz announces a stop before the relay stops (0s)
  LOG_LEVEL             debug, info, warn, error or silent (info)`;

/** The viewer's static export, relative to both src/ and dist/. */
const VIEWER_FOLDER = fileURLToPath(new URL("../../viewer/out", import.meta.url));

surviveLostOutput();
const { port, quiet } = commandLine("relay", version)
  .description(DESCRIPTION)
  .option("--port <number>", "port to listen on (PORT; 8000)")
  .option("--quiet", "log only warnings and errors, unless LOG_LEVEL is set")
  .addHelpText("after", SETTINGS)
  .parse()
  .opts<{ readonly port?: string; readonly quiet?: true }>();

const { config, warnings } = readConfig("The relay cannot start", { PORT: port });
const log = createLog(config.LOG_LEVEL ?? (quiet ? "warn" : "info"));
for (const warning of warnings) log.warn(warning);
if (config.keys.length > 1) {
  log.warn("AUTH_SECRET_PREVIOUS is still accepted: unset it once no token of it is in use");
}
const files = await loadStaticFiles(VIEWER_FOLDER, { frameAncestors: config.FRAME_ANCESTORS });
if (files.size === 0) log.warn("the viewer is not built, so no page is served: run pnpm build");
const relay = await startRelay(config, { files, log, version }).catch((error: Error) =>
  fail(`The relay cannot start: ${error.message}.`),
);
log.info({ version, host: config.HOST, port: relay.port }, "the relay is listening");
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
// Nothing is left to wait for.
endWithParent(() => {
  hurry.abort();
  stopOnce("the program that started it has ended");
});
