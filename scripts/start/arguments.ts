/** What was typed behind `start`: what is for it, and what goes on to the agent. */
import { parseArgs } from "node:util";

export const USAGE = `Shares this screen: builds everything, runs the relay and the agent, and restarts what crashes.

Usage: pnpm start [--lan] [options of the agent]

  --lan    lets others on this network watch, by a link with a token in it
  --help   prints this

Everything else goes to the agent, --room, --fps, --record and so on; --end-links and --list, too. Only --server does not: start
runs a relay of its own, and for another one there is \`pnpm capture --server …\`. The agent's own help:
`;

/** Questions that the agent answers without sharing anything. */
const ANSWERED: readonly string[] = ["--help", "-h", "--version", "-V", "--list"];

export interface Arguments {
  readonly lan: boolean;
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
  const agent = given.filter((arg) => arg !== "--lan");
  return {
    lan: given.includes("--lan"),
    help: agent.includes("--help") || agent.includes("-h"),
    server: agent.some((arg) => /^--server(=|$)/.test(arg)),
    answered: agent.some((arg) => ANSWERED.includes(arg)),
    agent,
  };
}

/** For an agent that is started again: a recording ends with the agent that began it, and its file is never written over. */
export function withoutRecording(agent: readonly string[]): string[] {
  const options = { record: { type: "string" } } as const;
  const { tokens } = parseArgs({ args: [...agent], options, strict: false, tokens: true });
  const dropped = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== "option" || token.name !== "record") continue;
    dropped.add(token.index);
    if (token.value !== undefined && !token.inlineValue) dropped.add(token.index + 1);
  }
  return agent.filter((_, i) => !dropped.has(i));
}
