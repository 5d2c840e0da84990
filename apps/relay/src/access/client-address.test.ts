import { runs } from "@screen-share/protocol/testing/runs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientAddress } from "./client-address.ts";

const FORWARDED = "x-forwarded-for";

/** The address of a client behind a proxy on this machine that sends this header. */
function through(told: string, remoteAddress = "127.0.0.1"): string | undefined {
  return clientAddress({ headers: new Map([[FORWARDED, told]]), remoteAddress }, FORWARDED);
}

/** The address of a client that connects directly. */
function direct(remoteAddress: string, headers: readonly [string, string][] = []) {
  return clientAddress({ headers: new Map(headers), remoteAddress }, undefined);
}

describe("a client's address (P-87)", () => {
  it("is that of its socket", () => {
    expect(direct("192.0.2.7")).toBe("192.0.2.7");
    expect(direct("::ffff:192.0.2.7")).toBe("192.0.2.7");
    expect(direct("0000:0000:0000:0000:0000:ffff:c000:0207")).toBe("192.0.2.7");
  });

  it("is undefined for programs on this machine", () => {
    for (const own of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
      expect([own, direct(own)]).toEqual([own, undefined]);
    }
  });

  it("is cut to /64 if it is IPv6", () => {
    expect(direct("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
    expect(direct("2001:db8:1:2:ffff::")).toBe("2001:db8:1:2::/64");
    expect(direct("2001:db8:1:3::1")).not.toBe("2001:db8:1:2::/64");
  });

  it("is not taken from a header, unless it is the trusted one", () => {
    const headers: [string, string][] = [
      [FORWARDED, "192.0.2.1"],
      ["fly-client-ip", "192.0.2.2"],
      ["forwarded", "for=192.0.2.3"],
    ];
    expect(direct("192.0.2.7", headers)).toBe("192.0.2.7");
    const request = { headers: new Map(headers), remoteAddress: "10.0.0.1" };
    expect(clientAddress(request, "fly-client-ip")).toBe("192.0.2.2");
  });

  it("is the last hop of the trusted header, since the client may have written the others", () => {
    expect(through("192.0.2.1, 192.0.2.2")).toBe("192.0.2.2");
    expect(through("127.0.0.1,192.0.2.2")).toBe("192.0.2.2");
    expect(through("192.0.2.1, 192.0.2.2:4711")).toBe("192.0.2.2");
    expect(through("[2001:db8::1]:4711")).toBe("2001:db8::/64");
    expect(through("[2001:db8::1]")).toBe("2001:db8::/64");
  });

  it("is the proxy's, and never undefined, if the header contains no address", () => {
    for (const told of ["", "unknown", "192.0.2.1,", "_hidden", "evil.example", "1.2.3.4.5"]) {
      expect([told, through(told)]).toEqual([told, "127.0.0.1"]);
      expect([told, through(told, "10.0.0.1")]).toEqual([told, "10.0.0.1"]);
    }
  });

  it("is never undefined for a client that our own proxy considers local", () => {
    expect(through("127.0.0.1")).toBe("127.0.0.1");
    expect(through("::1")).toBe("::/64");
  });

  it("is undefined without the trusted header, as for programs that bypass the proxy", () => {
    expect(clientAddress({ headers: new Map(), remoteAddress: "127.0.0.1" }, FORWARDED)).toBe(
      undefined,
    );
    expect(clientAddress({ headers: new Map(), remoteAddress: "10.0.0.1" }, FORWARDED)).toBe(
      "10.0.0.1",
    );
  });

  it("is defined for any content of a header", () => {
    const odd = fc.oneof(fc.string(), fc.ipV6(), fc.ipV4Extended(), fc.constant("fe80::1%eth0"));
    fc.assert(
      fc.property(odd, (told) => {
        expect(through(told)).toMatch(/^[0-9a-f.:]+(\/64)?$/);
      }),
      runs(500, 2000),
    );
  });
});
