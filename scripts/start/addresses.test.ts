import { describe, expect, it } from "vitest";
import { lanAddresses, THIS_MACHINE, urlHost } from "./addresses.ts";
import { type Card, machine } from "./testing-machines.ts";

const lan: Card = { name: "enp3s0", addresses: ["192.168.1.5"], hardware: true, isDefault: true };

describe("the addresses of a machine, most likely first", () => {
  it.each<[string, Card[], string[]]>([
    ["with one card", [lan], ["192.168.1.5"]],
    ["without a network", [], []],
    [
      "with podman's bridge listed first",
      [{ name: "podman0", addresses: ["10.88.0.1"] }, lan],
      ["192.168.1.5", "10.88.0.1"],
    ],
    [
      "with LXD's bridge listed first, which has IPv6 as well",
      [{ name: "lxdbr0", addresses: ["10.3.9.1", "fd42::1"] }, lan],
      ["192.168.1.5", "10.3.9.1", "fd42::1"],
    ],
    [
      "with a VPN for some destinations",
      [{ name: "nordlynx", addresses: ["10.5.0.2"], tunnel: true }, lan],
      ["192.168.1.5", "10.5.0.2"],
    ],
    [
      "with a VPN for all destinations, which does not lead to the local network",
      [
        { name: "proton0", addresses: ["10.2.0.2"], tunnel: true, isDefault: true },
        { name: "docker0", addresses: ["172.17.0.1"] },
        { name: "wlp2s0", addresses: ["192.168.7.8"], hardware: true },
      ],
      ["192.168.7.8", "10.2.0.2", "172.17.0.1"],
    ],
    [
      "with a cable to another machine listed first, without a default route",
      [
        { name: "eth0", addresses: ["10.0.0.1"], hardware: true },
        { name: "wlan0", addresses: ["192.168.1.6"], hardware: true, isDefault: true },
      ],
      ["192.168.1.6", "10.0.0.1"],
    ],
    [
      "with only such a cable, and containers",
      [
        { name: "docker0", addresses: ["172.17.0.1"] },
        { name: "eth0", addresses: ["10.0.0.1"], hardware: true },
      ],
      ["10.0.0.1", "172.17.0.1"],
    ],
    [
      "with its real network on a bridge",
      [
        { name: "virbr0", addresses: ["192.168.122.1"] },
        { name: "br0", addresses: ["192.168.1.9"], hardware: true, isDefault: true },
      ],
      ["192.168.1.9", "192.168.122.1"],
    ],
    [
      "with IPv6 only, and containers with IPv4",
      [
        { name: "docker0", addresses: ["172.17.0.1"] },
        { name: "eth0", addresses: ["fe80::5", "2001:db8::5"], hardware: true, isDefault: true },
      ],
      ["2001:db8::5", "172.17.0.1"],
    ],
    [
      "with two addresses on the card of the default route",
      [{ ...lan, addresses: ["192.168.1.5", "192.168.1.77"] }],
      ["192.168.1.5", "192.168.1.77"],
    ],
    [
      "that chose an address itself because it was given none",
      [{ name: "eth0", addresses: ["fe80::1", "169.254.3.4"], hardware: true }],
      ["169.254.3.4"],
    ],
    [
      "in a container, where no hardware is visible",
      [{ name: "eth0", addresses: ["172.18.0.2"], isDefault: true }],
      ["172.18.0.2"],
    ],
  ])("%s", async (_, cards, addresses) => {
    expect(await lanAddresses(machine(cards))).toEqual(addresses);
  });
});

it("the network of this machine can be inspected", async () => {
  const all = Object.values(THIS_MACHINE.interfaces()).flatMap((infos) => infos ?? []);
  const own = all.map(({ address }) => address);
  expect(own).toEqual(expect.arrayContaining(await lanAddresses()));
  expect(own).toEqual(expect.arrayContaining([...(await THIS_MACHINE.defaultAddresses())]));
  expect(THIS_MACHINE.isHardware("lo", "00:00:00:00:00:00")).toBe(false);
});

it("an IPv6 address has brackets in a URL", () => {
  expect(["10.0.0.1", "fd00::1"].map(urlHost)).toEqual(["10.0.0.1", "[fd00::1]"]);
});
