/** Which hosts are this machine, judged by how they are written: nothing is looked up. Pure. */

/** `localhost` and the names below it (RFC 6761 §6.3), and 127.0.0.0/8 (RFC 1122 §3.2.1.3). */
const NAME_OR_IPV4 = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3})$/;
/** However many zeros are written (RFC 4291 §2.2). */
const IPV6 = /^(?:0{0,4}:){2,7}0{0,3}1$/;
/** An IPv4 address within an IPv6 address (RFC 4291 §2.5.5.2), as sockets and as URLs write it. */
const MAPPED = /^(?:0{0,4}:){2,6}ffff:(?:127(?:\.\d{1,3}){3}|7f[0-9a-f]{2}:[0-9a-f]{1,4})$/;

/** Whether a connection to this host stays on this machine. @param host a name or an address; an IPv6 address may be in brackets */
export function isLoopback(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return [NAME_OR_IPV4, IPV6, MAPPED].some((pattern) => pattern.test(bare));
}

/**
 * The hosts where a server may trust its clients without any secret. Their names protect it: a web page that resolves a name of its own to
 * this machine (DNS rebinding) sends that name. So there are no others, even where a connection would stay on this machine.
 */
export const TRUSTED_HOSTS: readonly string[] = ["127.0.0.1", "localhost", "::1"];

const AUTHORITY = /^(?:\[(.*)\]|([^:]*))(?::(\d{1,5}))?$/;
const HTTP_PORT = "80";

/** Such as `localhost:80` for "Localhost", in a Host header or an origin; undefined unless the host is one of `TRUSTED_HOSTS`. */
export function trustedAuthority(text: string): string | undefined {
  const [, ipv6, name, port = HTTP_PORT] = AUTHORITY.exec(text.toLowerCase()) ?? [];
  const host = ipv6 ?? name ?? "";
  // An IPv6 address has brackets here, and nothing else has.
  const isTrusted = TRUSTED_HOSTS.includes(host) && host.includes(":") === (ipv6 !== undefined);
  return isTrusted ? `${host}:${port}` : undefined;
}
