/** The arguments of `start`: those for itself, and those that it passes on to the agent. */
import { parseArgs } from "node:util";

export const USAGE = `Shares this screen: builds everything, runs the relay and the agent, and restarts what crashes.

Usage: pnpm start [--lan [--keep-links]] [--port 8000] [options of the agent]

  --lan         lets others on this network watch, by a link with a token in it
  --keep-links  with --lan: links of earlier runs work again; otherwise each run has links of its own
  --port        the port of the relay and its page (PORT)
  --help        prints this

Everything else goes to the agent, --room, --fps, --record and so on; --end-links and --list, too. Only --server does not: start
runs a relay of its own, and for another one there is \`pnpm capture --server …\`. The agent's own help:
`;

/** Questions that the agent answers without sharing anything. */
const ANSWERED: readonly string[] = ["--help", "-h", "--version", "-V", "--list"];

export interface Arguments {
  readonly lan: boolean;
  /** Whether links of earlier runs may open this one. */
  readonly keepLinks: boolean;
  /** The relay's port as typed; empty if it was left out behind `--port`. */
  readonly port: string | undefined;
  readonly help: boolean;
  /** Whether another relay is named, which `start` would not use. */
  readonly server: boolean;
  /** Whether the agent answers and ends, without a relay. */
  readonly answered: boolean;
  /** The agent's. */
  readonly agent: readonly string[];
}

/** @param argv behind the script's name */
export function readArguments(argv: readonly string[]): Arguments {
  // npm's users write `start -- --fps 20`.
  const given = argv.filter((arg, i) => i > 0 || arg !== "--");
  const ports = optionsOf(given, "port");
  const ours = ["--lan", "--keep-links"];
  const agent = given.filter((arg, i) => !ours.includes(arg) && !ports.indices.has(i));
  return {
    lan: given.includes("--lan"),
    keepLinks: given.includes("--keep-links"),
    port: ports.value,
    help: agent.includes("--help") || agent.includes("-h"),
    server: agent.some((arg) => /^--server(=|$)/.test(arg)),
    answered: agent.some((arg) => ANSWERED.includes(arg)),
    agent,
  };
}

/** For an agent that is started again: a recording ends with the agent that began it, and its file is never overwritten. */
export function withoutRecording(agent: readonly string[]): string[] {
  const { indices } = optionsOf(agent, "record");
  return agent.filter((_, i) => !indices.has(i));
}

/** The places of an option and its values, and the last of these. Undefined if it is not there, empty if it has no value. */
function optionsOf(
  args: readonly string[],
  name: string,
): { readonly indices: ReadonlySet<number>; readonly value: string | undefined } {
  const options = { [name]: { type: "string" } } as const;
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const indices = new Set<number>();
  let value: string | undefined;
  for (const token of tokens) {
    if (token.kind !== "option" || token.name !== name) continue;
    indices.add(token.index);
    if (token.value !== undefined && !token.inlineValue) indices.add(token.index + 1);
    value = token.value ?? "";
  }
  return { indices, value };
}
