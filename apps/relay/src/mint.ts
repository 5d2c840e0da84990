/** `pnpm mint`: makes a token for this relay, and the link that holds it. */
import { parseArgs } from "node:util";
import { notifyParent, surviveLostOutput } from "@screen-share/program";
import { DEFAULT_ROOM, plainText, ROOM_NAME, type Role, roomLink } from "@screen-share/protocol";
import { signToken } from "@screen-share/protocol/token";
import { type Config, ConfigError, parseDuration, readConfig } from "./config.ts";
import { VERSION } from "./version.ts";

const USAGE = `Makes a token for the relay, signed with its AUTH_SECRET, and for viewers the link that holds it.

Usage: pnpm mint [--role viewer|producer] [--room main] [--expires 12h] [--name someone] [--help] [--version]

  --role     what it is for: viewer or producer (viewer)
  --room     the one room that it opens (main)
  --expires  how long it holds: 90s, 30m, 2h, 7d … (LINK_TTL, which is 12h unless set)
  --name     whose it is: shown in the relay's log

Settings are read as the relay reads them: AUTH_SECRET, VIEWER_URL, LINK_TTL, and for links to the relay's own page PORT.`;

/** Longer than anybody means. */
const MAX_TTL_MS = 10 * 365 * 86_400_000;
const ROLES: readonly string[] = ["viewer", "producer"] satisfies Role[];

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function settings(): Config {
  try {
    const { config, warnings } = readConfig();
    for (const warning of warnings) process.stderr.write(`${warning}\n`);
    return config;
  } catch (error) {
    if (error instanceof ConfigError) fail(`No token can be made:\n${error.message}`);
    throw error;
  }
}

function readArguments() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const known = { role: text, room: text, expires: text, name: text, help: flag, version: flag };
  try {
    return parseArgs({ options: known }).values;
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

surviveLostOutput();
const asked = readArguments();
if (asked.help || asked.version) {
  process.stdout.write(`${asked.help ? USAGE : VERSION}\n`);
  process.exit(0);
}
const config = settings();
const { role = "viewer", room = DEFAULT_ROOM, expires, name } = asked;
const ttlMs = expires === undefined ? config.LINK_TTL : parseDuration(expires);
const problems = [
  !ROLES.includes(role) && "--role must be viewer or producer",
  !ROOM_NAME.test(room) && "--room must be 1 to 64 letters, digits, - or _",
  !(ttlMs && ttlMs <= MAX_TTL_MS) && '--expires must be a time such as "90s", "30m" or "2h"',
].filter((problem) => problem !== false);
if (problems.length > 0) fail(problems.join("\n"));
const [key] = config.keys;
if (!key) {
  fail(
    "AUTH_SECRET is not set: without it the relay asks nobody for a token, and none can be made.",
  );
}

const expiresAt = Date.now() + Number(ttlMs);
const token = await signToken(key, {
  role: role === "producer" ? "producer" : "viewer",
  room,
  expiresAt,
  name: name === undefined ? undefined : plainText(name, 100),
});
const viewerUrl = config.VIEWER_URL ?? `http://localhost:${config.PORT}/`;
const lines = [
  `Token: ${token}`,
  role === "viewer"
    ? `Link:  ${roomLink(viewerUrl, { room, token })}`
    : "For the agent, as PRODUCER_TOKEN.",
  `Holds until ${new Date(expiresAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" })}, for the room "${room}".`,
];
// A parent process that asked for it is told without anything being printed.
if (process.send) notifyParent({ type: "token", token, port: config.PORT });
else process.stdout.write(`${lines.join("\n")}\n`);
