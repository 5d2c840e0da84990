import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readServerAddress, viewerLinkIn } from "./server-address.ts";

describe("the address of a relay", () => {
  it.each([
    ["wss://relay.example", "wss://relay.example/ws/producer"],
    ["https://relay.example/", "wss://relay.example/ws/producer"],
    ["HTTPS://Relay.Example:8443", "wss://relay.example:8443/ws/producer"],
    ["http://localhost:8000/", "ws://localhost:8000/ws/producer"],
    ["relay.example", "wss://relay.example/ws/producer"],
    ["relay.example:8443", "wss://relay.example:8443/ws/producer"],
    [" relay.example \n", "wss://relay.example/ws/producer"],
    ["localhost:8000", "ws://localhost:8000/ws/producer"],
    ["127.0.0.1:9000", "ws://127.0.0.1:9000/ws/producer"],
    ["[::1]:9000", "ws://[::1]:9000/ws/producer"],
    ["https://x.example/screen", "wss://x.example/screen/ws/producer"],
    ["x.example/screen/", "wss://x.example/screen/ws/producer"],
    ["https://x.example/screen/index.html#room=a", "wss://x.example/screen/ws/producer"],
    ["wss://x.example/a/ws/producer?x=1#y", "wss://x.example/a/ws/producer?x=1"],
    ["wss://x.example/ws/viewer", "wss://x.example/ws/producer"],
    ["https://x.example/#room=main&token=abc", "wss://x.example/ws/producer"],
  ])("%j is %s", (typed, url) => {
    expect(readServerAddress(typed)).toEqual({ url });
  });

  it.each([
    "",
    "ftp://relay.example",
    "file:///etc/passwd",
    "http://",
    "a b",
    "javascript://x/%0aalert(1)",
  ])("%j is rejected, with an example", (typed) => {
    expect(readServerAddress(typed)).toHaveProperty(
      "problem",
      expect.stringMatching(/such as wss:/),
    );
  });

  it.each([
    "wss://relay/?token=x",
    "https://me:secret@relay",
    "https://relay/%23room=main&token=x",
    "https://relay/%23room%3Dmain%26token%3Dx",
  ])("%s must not contain a secret", (typed) => {
    expect(readServerAddress(typed)).toHaveProperty("problem", expect.stringContaining("secret"));
  });

  it("is required if a link's page uses another relay, since its token must not leak", () => {
    const typed = "https://page.example/#relay=wss://b.example/x&room=a";
    expect(readServerAddress(typed)).toHaveProperty(
      "problem",
      expect.stringMatching(/use wss:\/\/b\.example$/),
    );
  });

  it("never has another scheme, whatever is typed", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withFragments: true })), (typed) => {
        const address = readServerAddress(typed);
        if ("problem" in address) return;
        const { protocol, pathname, hash, username } = new URL(address.url);
        expect(protocol).toMatch(/^wss?:$/);
        expect(pathname.endsWith("/ws/producer")).toBe(true);
        expect(hash + username).toBe("");
      }),
    );
  });
});

describe("a viewer link as the address of a relay", () => {
  it.each([
    ["https://x.example/#room=demo&token=abc", { room: "demo", token: true }],
    ["x.example/#token=abc", { token: true }],
    ["https://x.example/#room=no%20room", { token: false }],
    ["https://x.example/", { token: false }],
  ])("%s names %j", (typed, named) => {
    expect(viewerLinkIn(typed)).toEqual(named);
  });
});
