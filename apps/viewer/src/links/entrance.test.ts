import { describe, expect, it } from "vitest";
import { entranceOf } from "./link.ts";

describe("entranceOf", () => {
  const relay = { name: "wss://a.example", url: "wss://a.example/ws/viewer" };
  const ONE = { relayCount: 1, missing: undefined };
  const TWO = { relayCount: 2, missing: undefined };

  it("leads a bare address to the default room of the only relay, and to a choice if there are several", () => {
    const bare = { relay, relayName: undefined, bare: true };
    expect(entranceOf(bare, ONE)).toEqual({ kind: "watch", relayUrl: relay.url });
    expect(entranceOf(bare, TWO)).toEqual({ kind: "choose" });
  });

  it("follows every link that names its destination at once", () => {
    expect(entranceOf({ relay, relayName: undefined, bare: false }, TWO)).toEqual({
      kind: "watch",
      relayUrl: relay.url,
    });
  });

  it("does not follow a link to an unknown relay", () => {
    const link = { relay: undefined, relayName: "wss://evil.example", bare: false };
    const unknown = { kind: "unknown-relay", name: "wss://evil.example" };
    expect(entranceOf(link, ONE)).toEqual(unknown);
    expect(entranceOf(link, TWO)).toEqual(unknown);
  });

  it("leads nowhere in a browser that cannot show the picture", () => {
    const page = { relayCount: 1, missing: "WebSockets" };
    expect(entranceOf({ relay, relayName: undefined, bare: true }, page)).toEqual({
      kind: "unsupported",
      missing: "WebSockets",
    });
  });
});
