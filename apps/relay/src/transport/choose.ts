/** Chooses the library that carries the relay's connections. */
import type { StartServer } from "./transport.ts";

/** `auto`: uWebSockets.js where it loads, otherwise `ws`. */
export const TRANSPORTS = ["auto", "uws", "ws"] as const;

/** What determines whether uWebSockets.js has a build for this process. */
export interface Runtime {
  readonly platform: string;
  readonly arch: string;
  /** The version of Node, such as "24.1.0". */
  readonly node: string;
  /** The version of glibc, such as "2.36". Undefined for other C libraries. */
  readonly glibc: string | undefined;
}

/**
 * @returns what starts the server and, for a fallback, what it loses and why, in one line for the log
 * @throws Error in plain words if the requested library does not load
 */
export async function chooseTransport(
  setting: (typeof TRANSPORTS)[number],
  loadUws: () => Promise<StartServer> = async () => (await import("./uws.ts")).startUwsServer,
  runtime?: Runtime,
): Promise<{ readonly startServer: StartServer; readonly loss?: string }> {
  const loadWs = async () => (await import("./ws.ts")).startWsServer;
  if (setting === "ws") return { startServer: await loadWs() };
  try {
    return { startServer: await loadUws() };
  } catch (error) {
    const reason = whyNot(runtime ?? thisRuntime()) ?? lastLine(error);
    if (setting === "uws") {
      throw new Error(`uWebSockets.js does not load (${reason}); set TRANSPORT=auto or ws`);
    }
    const loss = `uWebSockets.js does not load (${reason}): the relay runs on ws, which serves the same clients and needs more CPU for many viewers`;
    return { startServer: await loadWs(), loss };
  }
}

const SUPPORTED_NODES = ["20", "22", "24", "26"];
/** Builds for Node versions after 20 need this version of glibc. */
const GLIBC = { major: 2, minor: 38 } as const;

/** Why no build can exist for this process. Undefined if one should. */
export function whyNot({ platform, arch, node, glibc }: Runtime): string | undefined {
  const [major = ""] = node.split(".", 1);
  if (!["linux", "darwin", "win32"].includes(platform)) return `it has no build for ${platform}`;
  if (!["x64", "arm64"].includes(arch) || (platform === "win32" && arch !== "x64")) {
    return `it has no build for ${platform} on ${arch}`;
  }
  if (!SUPPORTED_NODES.includes(major)) {
    return `it has no build for Node ${major}; use Node ${SUPPORTED_NODES.join(", ")}`;
  }
  if (platform !== "linux") return undefined;
  if (glibc === undefined) return "it needs glibc, and this system has another C library";
  const [libcMajor = 0, libcMinor = 0] = glibc.split(".").map(Number);
  const old = libcMajor === GLIBC.major && libcMinor < GLIBC.minor;
  return major !== "20" && old
    ? `on Node ${major} it needs glibc ${GLIBC.major}.${GLIBC.minor} or newer, and this system has ${glibc}`
    : undefined;
}

/** The library's own message ends with the cause. */
function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").at(-1) ?? text;
}

function thisRuntime(): Runtime {
  const { platform, arch, versions } = process;
  const report = process.report?.getReport() as
    | { header?: { glibcVersionRuntime?: string } }
    | undefined;
  return { platform, arch, node: versions.node, glibc: report?.header?.glibcVersionRuntime };
}
