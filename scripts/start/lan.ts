/** `--lan`: what the relay needs so that others on this network can watch, and nobody without the link. */
import { randomBytes } from "node:crypto";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { privatePath, readPrivate, writePrivate } from "../../apps/capture/src/private-file.ts";

export type Environment = Readonly<Record<string, string>>;

const DEFAULT_PORT = "8000";
/** Networks that exist inside this machine alone. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|utun|tun|tap|wg|zt|tailscale|bridge)/;

export const LAN_NOTICE = `Everybody on this network who has the link can watch. It goes over plain http: whoever can listen on the network can read along,
the link included. For what must stay private, put the relay behind https.`;

/**
 * The settings with which the relay shares on this network: its own where they are set, and else a secret that is made once and
 * kept for this user alone.
 * @param settings what is set already
 */
export function lanSettings(
  settings: Environment,
  interfaces = networkInterfaces(),
): Environment | { readonly problem: string } {
  const { PORT = DEFAULT_PORT, HOST, AUTH_SECRET = keptSecret(), VIEWER_URL } = settings;
  const address = lanAddress(interfaces);
  if (VIEWER_URL === undefined && address === undefined) {
    return { problem: "This machine is on no network, so nobody else could open a link." };
  }
  if (VIEWER_URL === undefined && PORT === "0") {
    return { problem: "PORT must be a fixed one for others to find it." };
  }
  return {
    HOST: HOST ?? "0.0.0.0",
    AUTH_SECRET,
    VIEWER_URL: VIEWER_URL ?? `http://${address}:${PORT}/`,
  };
}

/** The address by which others on the network most likely reach this machine: of a real network card, IPv4. */
function lanAddress(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string | undefined {
  const found = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family, internal, address }) => {
        return family === "IPv4" && !internal && !address.startsWith("169.254.");
      })
      .map(({ address }) => ({ address, virtual: VIRTUAL.test(name) })),
  );
  return (found.find(({ virtual }) => !virtual) ?? found[0])?.address;
}

function keptSecret(): string {
  const file = privatePath("lan-secret");
  const kept = readPrivate(file)?.trim();
  if (kept) return kept;
  const secret = randomBytes(32).toString("base64url");
  writePrivate(file, `${secret}\n`);
  return secret;
}
