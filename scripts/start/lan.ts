/** `--lan`: settings with which the relay lets others on this network watch if they have the link. */
import { randomBytes } from "node:crypto";
import {
  addressOf,
  type Environment,
  privatePath,
  readPrivate,
  writePrivate,
} from "@screen-share/program";
import { isLoopback } from "@screen-share/protocol";
import { lanAddresses, THIS_MACHINE, urlHost } from "./addresses.ts";

const EVERYWHERE_IPV4 = "0.0.0.0";
/** IPv4 included. */
const EVERYWHERE = "::";

const NOTICE = `Anyone on this network who has the link can watch. It uses plain http, so others on the network can read everything,
including the link. To share anything private, put the relay behind https.`;

/**
 * Settings of the relay for sharing on this network, and notices to be printed. The secret is made once, and kept in a private file.
 * @param settings those that are set already, which stay
 */
export async function lanSettings(
  settings: Environment,
  network = THIS_MACHINE,
): Promise<
  | { readonly environment: Environment; readonly notices: readonly string[] }
  | { readonly problem: string }
> {
  const { PORT = "8000", HOST, AUTH_SECRET, VIEWER_URL } = settings;
  const host = HOST ?? (hasIPv6(network) ? EVERYWHERE : EVERYWHERE_IPV4);
  const own = isEverywhere(host) ? undefined : addressOf(host);
  const reached = (await lanAddresses(network)).filter(
    (one) => host === EVERYWHERE || !one.includes(":"),
  );
  const [address, ...others] = own === undefined ? reached : [own];
  if (VIEWER_URL === undefined) {
    const problem =
      own !== undefined && isLoopback(own)
        ? `HOST is ${host}, where only this machine can connect. Unset it for --lan.`
        : address === undefined
          ? "This machine is on no network, so nobody else could open the link."
          : PORT === "0" && "--lan needs a fixed PORT, because it is part of the link.";
    if (problem) return { problem };
  }
  const at = (one: string | undefined) => `http://${urlHost(one ?? "")}:${PORT}/`;
  const secret = AUTH_SECRET === undefined ? keptSecret() : { secret: AUTH_SECRET, notices: [] };
  const elsewhere =
    VIEWER_URL === undefined && others.length > 0
      ? [
          `The link begins with ${at(address)}. If others cannot open it, try another address of this machine there: ${others.map(urlHost).join(", ")}.`,
        ]
      : [];
  return {
    environment: { HOST: host, AUTH_SECRET: secret.secret, VIEWER_URL: VIEWER_URL ?? at(address) },
    notices: [NOTICE, ...elsewhere, ...secret.notices],
  };
}

/** The host at which programs of this machine reach a relay with this HOST, as written in a URL. */
export function reachableHost(host = "localhost"): string {
  return isEverywhere(host) ? "localhost" : urlHost(addressOf(host) ?? host);
}

function isEverywhere(host: string): boolean {
  return host === EVERYWHERE || host === EVERYWHERE_IPV4;
}

/** A system without IPv6 cannot listen on `::`. */
function hasIPv6({ interfaces }: Pick<typeof THIS_MACHINE, "interfaces">): boolean {
  return Object.values(interfaces()).some((infos) =>
    infos?.some(({ family }) => family === "IPv6"),
  );
}

function keptSecret(): { secret: string; notices: string[] } {
  const fresh = randomBytes(32).toString("base64url");
  try {
    const file = privatePath("lan-secret");
    const kept = readPrivate(file)?.trim();
    if (kept) return { secret: kept, notices: [] };
    writePrivate(file, `${fresh}\n`);
    return { secret: fresh, notices: [] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const notice = `The link is valid for this run only, because its secret cannot be saved: ${why}.`;
    return { secret: fresh, notices: [notice] };
  }
}
