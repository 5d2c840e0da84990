/** Containers of the image that docker/verify has built, and what became of them. */
import { execFile } from "node:child_process";
import { eventually } from "./wait.ts";

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests are run by docker/verify`);
  return value;
}

export const IMAGE = given("CONTAINER_IMAGE");
export const BASE_IMAGE = given("NODE_IMAGE");
export const BUILD_IMAGE = given("BUILD_IMAGE");
export const CADDY_IMAGE = given("CADDY_IMAGE");
/** Was given to the build, and must not be in the image. */
export const PLANTED_SECRET = given("PLANTED_SECRET");

/** As the strictest host runs it: the smallest machine, and no rights at all. */
export const CONFINED = [
  "--read-only",
  "--memory=256m",
  "--cap-drop=ALL",
  "--security-opt=no-new-privileges",
  "--pids-limit=100",
];

const DOCKER = given("DOCKER");
const LABEL = `--label=${given("CONTAINER_LABEL")}`;
const MAX_OUTPUT_BYTES = 16 * 2 ** 20;

/** Runs a program to its end. @returns its exit code, and stdout and stderr as one text */
export async function runProgram(command: readonly string[], folder = process.cwd()) {
  const [program = "", ...args] = command;
  return await new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
    const options = { maxBuffer: MAX_OUTPUT_BYTES, cwd: folder };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : error ? 1 : 0;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

/** Runs a program to its end. @returns its output @throws Error with its output if it fails */
async function outputOf(command: readonly string[], folder?: string): Promise<string> {
  const { code, output } = await runProgram(command, folder);
  if (code !== 0) throw new Error(`${command.join(" ")} failed:\n${output}`);
  return output;
}

export async function docker(...args: readonly string[]): Promise<string> {
  return await outputOf([DOCKER, ...args]);
}

export async function compose(folder: string, ...args: readonly string[]): Promise<string> {
  return await outputOf([...given("COMPOSE").split(" "), ...args], folder);
}

export async function runOnce(args: readonly string[], command: readonly string[] = []) {
  const run = [DOCKER, "run", "--rm", "--network=none", LABEL];
  return await runProgram([...run, ...args, IMAGE, ...command]);
}

export class Container {
  private constructor(readonly id: string) {}

  static async start(args: readonly string[]): Promise<Container> {
    return new Container((await docker("run", "--detach", LABEL, ...args, IMAGE)).trim());
  }

  async exec(...command: readonly string[]): Promise<string> {
    return await docker("exec", this.id, ...command);
  }

  async mint(role: "viewer" | "producer"): Promise<string> {
    return tokenIn(await this.exec("mint", "--role", role, "--room", "main", "--expires", "30d"));
  }

  async inspect(format: string): Promise<string> {
    return (await docker("inspect", "--format", format, this.id)).trim();
  }

  async logs(): Promise<string> {
    return await docker("logs", this.id);
  }

  /** What its HEALTHCHECK finds, once it is done starting. */
  async health(): Promise<string> {
    const state = () => this.inspect("{{.State.Health.Status}}");
    return await eventually(state, (health) => health !== "starting", 30_000);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: string): Promise<{ readonly code: number; readonly ms: number }> {
    const begun = performance.now();
    await docker("kill", "--signal", signal, this.id);
    const code = Number(await docker("wait", this.id));
    return { code, ms: performance.now() - begun };
  }

  async startAgain(): Promise<void> {
    await docker("start", this.id);
  }

  async remove(): Promise<void> {
    await docker("rm", "--force", "--volumes", this.id);
  }
}

export function tokenIn(output: string): string {
  const token = /^Token: (\S+)$/m.exec(output)?.[1];
  if (token === undefined) throw new Error(`no token was made:\n${output}`);
  return token;
}
