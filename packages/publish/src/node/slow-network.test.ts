/** A distant relay whose name has an address of each family, only one of which works. */
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import tls from "node:tls";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openerFor } from "./socket.ts";

/** As long as a handshake over two satellites takes, with two packets lost. Node.js gives each address 250 ms. */
const SEVERAL_SECONDS_MS = 3000;

let timeouts: unknown[];
beforeEach(() => {
  timeouts = [];
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"]) {
    vi.stubEnv(name, "");
    vi.stubEnv(name.toLowerCase(), "");
  }
  // What both do with it is up to Node.js; here it is only recorded.
  for (const module of [net, tls]) {
    const { connect } = module as { connect: (options: object) => net.Socket };
    vi.spyOn(module as { connect: typeof connect }, "connect").mockImplementation((options) => {
      if ("autoSelectFamilyAttemptTimeout" in options) {
        timeouts.push(options.autoSelectFamilyAttemptTimeout);
      }
      return connect.call(module, options);
    });
  }
  syncBuiltinESMExports();
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  vi.unstubAllEnvs();
});

it.each([
  ["ws://far.invalid/ws/producer", {}],
  ["wss://far.invalid/ws/producer", {}],
  ["ws://far.invalid/ws/producer", { HTTP_PROXY: "http://proxy.invalid:3128" }],
  ["wss://far.invalid/ws/producer", { HTTPS_PROXY: "https://proxy.invalid:3129" }],
])("%s, via %j, has several seconds for each of its addresses", async (url, environment) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const open = openerFor({ server: url });
  if ("problem" in open) throw new Error(open.problem);
  const ignore = () => {};
  const events = { opened: ignore, message: ignore, alive: ignore };
  await new Promise((closed) => open({ ...events, closed }));
  expect(timeouts.length).toBeGreaterThan(0);
  for (const timeout of timeouts) expect(timeout).toBeGreaterThanOrEqual(SEVERAL_SECONDS_MS);
});
