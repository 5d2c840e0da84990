/** The address that a client's limits apply to: the socket's, or the one that our own proxy reports. */
import ipaddr from "ipaddr.js";
import type { HttpRequest } from "../http/reply.ts";

export const TRUSTED_HEADERS = ["fly-client-ip", "x-forwarded-for"] as const;
export type TrustedHeader = (typeof TRUSTED_HEADERS)[number];

/**
 * A client's address as the key of its limits. IPv6 addresses are cut to /64, which is what one customer has (RFC 6177).
 * @param trusted the header to which our proxy appends the address that it saw, if any
 * @returns undefined for programs on this machine that connect directly
 */
export function clientAddress(
  { headers, remoteAddress }: Pick<HttpRequest, "headers" | "remoteAddress">,
  trusted: TrustedHeader | undefined,
): string | undefined {
  // The client itself may have written all but the last hop.
  const lastHop = (trusted && headers.get(trusted))?.split(",").at(-1)?.trim();
  const address = parse(lastHop) ?? parse(remoteAddress);
  if (!address) return "unknown";
  if (lastHop === undefined && address.range() === "loopback") return undefined;
  if (address.kind() === "ipv4") return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`);
  return `${network.toString()}/64`;
}

function parse(text: string | undefined): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // Some proxies append the port: 192.0.2.1:4711, [2001:db8::1]:4711.
  const bare = text?.replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
  return bare !== undefined && ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined;
}
