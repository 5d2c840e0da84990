/** `pnpm mint`: makes a token for this relay, and the link that holds it. */
import { commandLine, notifyParent, Option, surviveLostOutput } from "@screen-share/program";
import { DEFAULT_ROOM, plainText, ROOM_NAME, type Role, roomLink } from "@screen-share/protocol";
import { signToken } from "@screen-share/protocol/token";
import packageJson from "../package.json" with { type: "json" };
import { fail, parseDuration, readConfig } from "./config.ts";

const { version } = packageJson;
const DESCRIPTION =
  "Makes a token for the relay, signed with its AUTH_SECRET, and for viewers the link that contains it.";
const SETTINGS = `
Settings are read as the relay reads them: AUTH_SECRET, VIEWER_URL, LINK_TTL, and for links to the relay's own page PORT.`;

const MAX_TTL_MS = 10 * 365 * 86_400_000;
const ROLES: readonly string[] = ["viewer", "producer"] satisfies Role[];

surviveLostOutput();
const { role, room, expires, name } = commandLine("mint", version)
  .description(DESCRIPTION)
  .addOption(new Option("--role <role>", "who it is for").choices(ROLES).default("viewer"))
  .option("--room <name>", "the one room that it admits to", DEFAULT_ROOM)
  .option("--expires <time>", "how long it is valid: 90s, 30m, 2h, 7d … (LINK_TTL; 12h)")
  .option("--name <text>", "whose it is: appears in the relay's log")
  .addHelpText("after", SETTINGS)
  .parse()
  .opts<{ role: Role; room: string; expires?: string; name?: string }>();
const { config, warnings } = readConfig("No token can be made");
for (const warning of warnings) process.stderr.write(`${warning}\n`);
const ttlMs = expires === undefined ? config.LINK_TTL : parseDuration(expires);
const problems = [
  !ROOM_NAME.test(room) && "--room must be 1 to 64 letters, digits, - or _",
  !(ttlMs && ttlMs <= MAX_TTL_MS) && '--expires must be a time such as "90s", "30m" or "2h"',
].filter((problem) => problem !== false);
if (problems.length > 0) fail(problems.join("\n"));
const [key] = config.keys;
if (!key) {
  fail("AUTH_SECRET is not set: without it the relay requires no token, and none can be made.");
}

const expiresAt = Date.now() + Number(ttlMs);
const token = await signToken(key, {
  role,
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
  `Valid until ${new Date(expiresAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" })}, for the room "${room}".`,
];
// A parent process gets it as a message, and nothing is printed.
if (process.send) notifyParent({ type: "token", token, port: config.PORT });
else process.stdout.write(`${lines.join("\n")}\n`);
