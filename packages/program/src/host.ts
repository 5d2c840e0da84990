/**
 * Distinguishes an address in HOST from other uses of that variable: conda's compilers set it to the target's triplet, and tcsh and some
 * shell profiles to the machine's name. Neither is meant for a server.
 */
import { isIP } from "node:net";

/** Such as `x86_64-conda-linux-gnu` or `arm64-apple-darwin20.0.0`. */
const TRIPLET = /^[a-z0-9_]+(-[a-z0-9_.]+){2,3}$/i;

/** The address, without the brackets of IPv6. Undefined if it is not an address. `localhost` counts as one. */
export function addressOf(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) !== 0) return bare;
  return bare.toLowerCase() === "localhost" ? "localhost" : undefined;
}

/** Whether another program set HOST to this for its own purpose. @param machine this machine's name */
export function isForeignHost(text: string, machine: string): boolean {
  if (addressOf(text) !== undefined) return false;
  const firstLabel = (name: string) => name.toLowerCase().split(".")[0];
  return TRIPLET.test(text) || firstLabel(text) === firstLabel(machine);
}
