/** A relay on a free port of this machine, and requests to it. */
import http from "node:http";
import pino from "pino";
import { parseConfig } from "../src/config.ts";
import type { StaticFiles } from "../src/http/static.ts";
import type { Logger } from "../src/log.ts";
import { type RunningRelay, startRelay } from "../src/relay.ts";

/** `TRANSPORT=ws npx vitest run apps/relay` runs the tests of the relay on the other adapter. */
// biome-ignore lint/style/noProcessEnv: no setting of the product, but how a person chooses what tests run on.
export const TESTED_TRANSPORT = process.env.TRANSPORT ?? "auto";

export async function liveRelay(
  env: Record<string, string> = {},
  files: StaticFiles = new Map(),
  log: Logger = pino({ level: "silent" }),
): Promise<RunningRelay> {
  const config = parseConfig({ PORT: "0", TRANSPORT: TESTED_TRANSPORT, ...env });
  return await startRelay(config, { files, version: "0.0.0", log });
}

export interface Got {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export function get(
  relay: Pick<RunningRelay, "port">,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: relay.port, path, headers, method, agent: false };
    const request = http.request(options, async (response) => {
      const chunks: Buffer[] = [];
      response.on("error", reject);
      for await (const chunk of response) chunks.push(chunk);
      const { statusCode: status = 0, headers } = response;
      resolve({ status, headers, body: Buffer.concat(chunks) });
    });
    request.on("error", reject).end();
  });
}
