import { describe, expect, it } from "vitest";
import { isLoopback, trustedAuthority } from "./loopback.ts";

describe("a host", () => {
  it.each([
    "localhost",
    "LocalHost",
    "relay.localhost",
    "a.b.localhost",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.255",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "::ffff:127.0.0.1",
    "::FFFF:127.9.9.9",
    "[::ffff:7f00:1]",
    "0:0:0:0:0:ffff:7f01:203",
  ])("%s is this machine", (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    "",
    "localhost.example.com",
    "notlocalhost",
    "localhost.",
    "localhost:8000",
    "127.0.0.1.example.com",
    "x127.0.0.1",
    "127.0.0",
    "128.0.0.1",
    "10.127.0.0",
    "0.0.0.0",
    "::",
    "::2",
    "::11",
    "1::1",
    "fe80::1",
    "fd00::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:7e00:1",
    "::ffff:7f0:1",
    "[::1",
    "::1]",
    "::1%eth0",
  ])("%j is another one, or none", (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe("an authority", () => {
  it.each([
    ["localhost", "localhost:80"],
    ["LOCALHOST:8000", "localhost:8000"],
    ["127.0.0.1", "127.0.0.1:80"],
    ["127.0.0.1:1", "127.0.0.1:1"],
    ["[::1]", "::1:80"],
    ["[::1]:65535", "::1:65535"],
  ])("%s is trusted, as %s", (text, authority) => {
    expect(trustedAuthority(text)).toBe(authority);
  });

  it.each([
    "",
    ":80",
    "localhost:",
    "localhost:x",
    "localhost:123456",
    "localhost:80:80",
    "relay.localhost",
    "localhost.example.com",
    "localhost@example.com",
    "user@localhost",
    "127.0.0.2",
    "127.1",
    "::1",
    "::1:80",
    "[localhost]",
    "[127.0.0.1]:80",
    "[0:0:0:0:0:0:0:1]",
    "[::1]80",
    "[::1",
    " localhost",
    "localhost\n",
  ])("%j is not", (text) => {
    expect(trustedAuthority(text)).toBeUndefined();
  });
});
