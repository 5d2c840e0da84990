/**
 * The proxy through which a relay is reached, which many office networks require. It is named by the variables that curl and other
 * programs use: `HTTPS_PROXY` (for wss://), `HTTP_PROXY` (for ws://), `ALL_PROXY` and `NO_PROXY`, in upper or lower case.
 */
/// <reference path="./proxy-from-env.d.ts" />
import { isLoopback } from "@screen-share/protocol";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";
import { SocksProxyAgent } from "socks-proxy-agent";

export interface RelayProxy {
  readonly name: string;
  readonly url: URL;
}

const HTTP = /^https?:$/;
const SOCKS = /^socks(4|4a|5|5h)?:$/;

/** The proxy that the environment names for a ws:// or wss:// address. Undefined if it is reached directly, as is this machine. */
export function proxyFor(relay: string): RelayProxy | { readonly problem: string } | undefined {
  if (isLoopback(new URL(relay).hostname)) return undefined;
  const named = getProxyForUrl(relay.replace(/^ws/, "http"));
  if (named === "") return undefined;
  const url = URL.canParse(named) ? new URL(named) : undefined;
  if (!url?.hostname || !(HTTP.test(url.protocol) || SOCKS.test(url.protocol))) {
    const example = "http://proxy.example:3128";
    return {
      problem: `The proxy that the environment names is not an address such as ${example}.`,
    };
  }
  // The library completes a name without a scheme with the relay's. Such a proxy hardly ever speaks TLS itself.
  if (url.protocol === "https:" && !writtenWithScheme(named)) url.protocol = "http:";
  return { url, name: url.host };
}

function writtenWithScheme(url: string): boolean {
  const names = ["https_proxy", "http_proxy", "all_proxy"].flatMap((name) => [
    name,
    name.toUpperCase(),
  ]);
  // biome-ignore lint/style/noProcessEnv: the library reads it, and does not return what was written there.
  return names.some((name) => process.env[name]?.trim() === url);
}

/** The agent that makes a socket go through the proxy. @param options.refused called with the HTTP status if the proxy refuses */
export function proxyAgent(
  { url }: RelayProxy,
  options: {
    readonly addressTimeoutMs: number;
    readonly refused: (status: number) => void;
  },
): HttpsProxyAgent<string> | SocksProxyAgent {
  const timeouts = { autoSelectFamilyAttemptTimeout: options.addressTimeoutMs };
  if (SOCKS.test(url.protocol)) return new SocksProxyAgent(url, { socketOptions: timeouts });
  const agent = new HttpsProxyAgent<string>(url, timeouts);
  agent.on("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
    if (statusCode !== 200) options.refused(statusCode);
  });
  return agent;
}
