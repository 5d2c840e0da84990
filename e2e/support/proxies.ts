/** nginx and Caddy in front of a relay, with the files in docs/examples, in which only names, ports and paths are replaced. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";
import { freePort } from "./ports.ts";
import { Program } from "./programs.ts";
import { bodyOf } from "./soak/readers.ts";
import { eventually } from "./wait.ts";

const EXAMPLES = fileURLToPath(new URL("../../docs/examples/", import.meta.url));
const NAME = /screen\.example\.com/g;
const RELAY = "127.0.0.1:8000";

/** How a proxy is run in a folder of its own. */
interface Setup {
  readonly command: string;
  readonly args: readonly string[];
  /** The certificate that clients have to trust. It may not exist at first. */
  readonly caFile: string;
  readonly logFiles: readonly string[];
}

interface Place {
  readonly folder: string;
  readonly relayPort: number;
  readonly port: number;
  readonly httpPort: number;
}

function nginx({ folder, relayPort, port, httpPort }: Place): Setup {
  const certificate = path.join(folder, "certificate.pem");
  const key = path.join(folder, "key.pem");
  const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", key, "-out", certificate];
  execFileSync("openssl", [...request.split(" "), ...names, ...files], { stdio: "ignore" });
  const site = readFileSync(path.join(EXAMPLES, "nginx.conf"), "utf8")
    .replace(/^ *listen \[::\].*\n/gm, "")
    .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
    .replace("listen 80", `listen 127.0.0.1:${httpPort}`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`)
    .replace(/ssl_certificate .*;/, `ssl_certificate ${certificate};`)
    .replaceAll("/var/log/nginx/", `${folder}/`)
    .replaceAll(RELAY, `127.0.0.1:${relayPort}`)
    .replace(NAME, "localhost");
  const file = path.join(folder, "nginx.conf");
  const scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log stderr; events {} http { ${scratch.join(" ")}\n${site}}`,
  );
  const logFiles = ["screen-share.access.log", "screen-share.error.log"];
  return {
    command: "nginx",
    args: ["-p", folder, "-c", file],
    caFile: certificate,
    logFiles: logFiles.map((name) => path.join(folder, name)),
  };
}

function caddy({ folder, relayPort, port, httpPort }: Place): Setup {
  const file = path.join(folder, "Caddyfile");
  // Its own authority signs for localhost, and is not installed in the system.
  const own = `{\n\tadmin off\n\tskip_install_trust\n\thttp_port ${httpPort}\n`;
  const site = readFileSync(path.join(EXAMPLES, "Caddyfile"), "utf8")
    .replace(/^\{\n/m, own)
    .replace(/^screen\.example\.com/m, `https://localhost:${port}`)
    .replaceAll(RELAY, `127.0.0.1:${relayPort}`);
  writeFileSync(file, site);
  return {
    command: "caddy",
    args: ["run", "--config", file, "--adapter", "caddyfile"],
    caFile: path.join(folder, "caddy/pki/authorities/local/root.crt"),
    logFiles: [],
  };
}

export const PROXIES = { nginx, caddy } as const;

export class ReverseProxy {
  #program: Program;
  #logged = "";

  private constructor(
    private readonly place: Place,
    private readonly setup: Setup,
  ) {
    this.#program = this.#run();
  }

  /** Resolves once it forwards requests to the relay, which must be running. */
  static async start(
    kind: keyof typeof PROXIES,
    relayPort: number,
    port: number,
  ): Promise<ReverseProxy> {
    const folder = mkdtempSync(path.join(tmpdir(), `screen-share-${kind}-`));
    const place = { folder, relayPort, port, httpPort: await freePort() };
    const proxy = new ReverseProxy(place, PROXIES[kind](place));
    await proxy.#answers();
    return proxy;
  }

  get caFile(): string {
    return this.setup.caFile;
  }

  get ca(): string {
    return readFileSync(this.caFile, "utf8");
  }

  get log(): string {
    const files = this.setup.logFiles.filter(existsSync).map((file) => readFileSync(file, "utf8"));
    return [this.#logged, this.#program.output, ...files].join("\n");
  }

  /** Kills all of its processes. */
  async kill(): Promise<void> {
    this.#logged += this.#program.output;
    const { pid } = this.#program.process;
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
    await this.#program.end("SIGKILL");
  }

  async restart(): Promise<void> {
    this.#program = this.#run();
    await this.#answers();
  }

  async stop(): Promise<void> {
    await this.#program.end("SIGTERM");
    rmSync(this.place.folder, { recursive: true });
  }

  #run(): Program {
    const { folder } = this.place;
    const child = spawn(this.setup.command, this.setup.args, {
      env: {
        // Servers are in a folder that only the PATH of root contains.
        PATH: `${process.env.PATH}:/usr/sbin`,
        HOME: folder,
        XDG_DATA_HOME: folder,
        XDG_CONFIG_HOME: folder,
      },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group, so that no worker outlives its master.
      detached: true,
    });
    return new Program(child);
  }

  async #answers(): Promise<void> {
    const answered = await eventually(
      async () => {
        if (this.#program.process.exitCode !== null) throw new Error(this.log);
        if (!existsSync(this.caFile)) return undefined;
        const response = getOverTls(this.place.port, "/healthz", { ca: this.ca });
        return (await response.catch(() => undefined))?.status;
      },
      (status) => status === 200,
    );
    if (answered !== 200) throw new Error(`it does not answer:\n${this.log}`);
  }
}

export interface TlsOptions {
  readonly ca: string;
  /** The client's address. By default 127.0.0.1. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Resolves once the response begins. @throws Error if there is none */
export async function askOverTls(
  port: number,
  path: string,
  { ca, from, headers = {} }: TlsOptions,
): Promise<IncomingMessage> {
  const request = https.get({
    host: "127.0.0.1",
    servername: "localhost",
    port,
    path,
    ca,
    headers: { host: `localhost:${port}`, ...headers },
    agent: false,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  const [response] = await once(request, "response");
  return response;
}

/** Resolves with the whole response. @throws Error if there is none */
export async function getOverTls(port: number, path: string, options: TlsOptions) {
  const response = await askOverTls(port, path, options);
  return { status: response.statusCode ?? 0, body: await bodyOf(response) };
}

export async function dialOverTls(
  port: number,
  path: string,
  options: { readonly ca: string; readonly token: string },
): Promise<WebSocket> {
  const socket = new WebSocket(`wss://localhost:${port}${path}`, {
    ca: options.ca,
    headers: { authorization: `Bearer ${options.token}` },
    perMessageDeflate: false,
  });
  await once(socket, "open");
  return socket;
}
