/**
 * The addresses at which others on the network can reach this machine, most likely first. The names of interfaces are not used: they
 * differ between systems, and a bridge may be the real network or one for containers.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

/** A machine's network. Tests describe other machines with it. */
export interface Network {
  interfaces(): NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** The source addresses of the default routes, at most one per family. */
  defaultAddresses(): Promise<readonly string[]>;
  /** Whether an interface leads to hardware, perhaps through a bridge or a bond. */
  isHardware(name: string, mac: string): boolean;
}

/** Public addresses, one per family. Nothing is ever sent to them. */
const ELSEWHERE = [
  { type: "udp4", address: "192.0.2.1" },
  { type: "udp6", address: "2001:db8::1" },
] as const;
const DISCARD_PORT = 9;
const NO_MAC = "00:00:00:00:00:00";
/** Bridges on bonds on cards: more levels than real machines have. */
const MAX_LEVELS = 5;
const SYS_NET = "/sys/class/net";

export const THIS_MACHINE: Network = {
  interfaces: networkInterfaces,
  defaultAddresses: async () => {
    const found = await Promise.all(ELSEWHERE.map(sourceTowards));
    return found.filter((address) => address !== undefined);
  },
  isHardware: (name, mac) => {
    const ofName = onLinux(() => readFileSync(`${SYS_NET}/${name}/address`, "utf8"));
    return ofName?.trim() === mac && leadsToHardware(name, MAX_LEVELS);
  },
};

/**
 * Such as ["192.168.1.5", "fd00::5", "10.0.3.1"]: first the addresses of default routes, then those of other hardware, then those of
 * tunnels and bridges. Within each group, IPv4 comes first. Link-local IPv4 addresses come last, and link-local IPv6 addresses are left out.
 */
export async function lanAddresses(network: Network = THIS_MACHINE): Promise<string[]> {
  const defaults = await network.defaultAddresses();
  const found = Object.entries(network.interfaces()).flatMap(([name, infos = []]) =>
    infos
      .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
      .map(({ address, mac }) => {
        const isDefault = defaults.includes(address);
        // A tunnel has no hardware address. A VPN may be the default route, but it does not lead to the local network.
        const ranks = [isDefault && mac !== NO_MAC, network.isHardware(name, mac), isDefault, true];
        const rank = /^169\.254\./.test(address) ? ranks.length : ranks.indexOf(true);
        return { address, order: rank * 2 + (isIPv6(address) ? 1 : 0) };
      }),
  );
  return found.sort((a, b) => a.order - b.order).map(({ address }) => address);
}

/** An address as written in a URL. */
export function urlHost(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

/** The address that the system would send from. Connecting a UDP socket looks up the route without sending anything. */
async function sourceTowards({ type, address }: (typeof ELSEWHERE)[number]) {
  const socket = createSocket(type);
  try {
    const connected = once(socket, "connect");
    socket.connect(DISCARD_PORT, address);
    await connected;
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

/** Follows the kernel's links: `device` is the hardware, and `lower_*` are the parts of a bridge, bond or VLAN. */
function leadsToHardware(name: string, levels: number): boolean {
  const entries = onLinux(() => readdirSync(`${SYS_NET}/${name}`)) ?? [];
  if (entries.includes("device")) return true;
  if (levels === 0) return false;
  return entries
    .filter((entry) => entry.startsWith("lower_"))
    .some((entry) => leadsToHardware(entry.slice("lower_".length), levels - 1));
}

/** Other systems have no such folder. */
function onLinux<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
