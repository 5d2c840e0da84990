/** Other machines, for tests: their network cards and addresses. */
import type { Network } from "./addresses.ts";

export interface Card {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Whether it leads to hardware. */
  readonly hardware?: boolean;
  /** Whether the default routes use it. */
  readonly isDefault?: boolean;
  /** A tunnel has no hardware address. */
  readonly tunnel?: boolean;
}

const LOOPBACK = { netmask: "", cidr: null, scopeid: 0, mac: "00:00:00:00:00:00", internal: true };

/** A machine with a loopback interface and these cards, in the order of the system. */
export function machine(cards: readonly Card[]): Network {
  const infosOf = ({ name, addresses, tunnel }: Card) => {
    const mac = tunnel
      ? LOOPBACK.mac
      : `02:00:00:00:00:${name.length.toString(16).padStart(2, "0")}`;
    return addresses.map((address) => {
      const common = { ...LOOPBACK, address, mac, internal: false };
      return address.includes(":")
        ? { ...common, family: "IPv6" as const }
        : { ...common, family: "IPv4" as const };
    });
  };
  const lo = [{ ...LOOPBACK, address: "127.0.0.1", family: "IPv4" as const }];
  const usual = cards.filter(({ isDefault }) => isDefault).flatMap(({ addresses }) => addresses);
  return {
    interfaces: () => ({
      lo,
      ...Object.fromEntries(cards.map((card) => [card.name, infosOf(card)])),
    }),
    defaultAddresses: async () => {
      const families = [
        usual.find((one) => !one.includes(":")),
        usual.find((one) => one.includes(":")),
      ];
      return families.filter((address) => address !== undefined);
    },
    isHardware: (name) => cards.some((card) => card.name === name && card.hardware === true),
  };
}
