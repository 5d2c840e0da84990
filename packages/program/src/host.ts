/**
 * Tells an address in HOST from other values of that variable: conda's compilers export it as the target's triplet, and
 * tcsh and some profiles as the machine's name. Neither is meant for a server.
 */
import { isIP } from "node:net";

/** Such as `x86_64-conda-linux-gnu` or `arm64-apple-darwin20.0.0`. */
const TRIPLET = /^[a-z0-9_]+(-[a-z0-9_.]+){2,3}$/i;

/** The address without an IPv6 address's brackets; undefined if it is no address. `localhost` counts as one. */
export function addressOf(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) !== 0) return bare;
  return bare.toLowerCase() === "localhost" ? "localhost" : undefined;
}

/** Whether another program set HOST to this for a purpose of its own. @param machine this machine's name */
export function isForeignHost(text: string, machine: string): boolean {
  if (addressOf(text) !== undefined) return false;
  const firstLabel = (name: string) => name.toLowerCase().split(".")[0];
  return TRIPLET.test(text) || firstLabel(text) === firstLabel(machine);
}
