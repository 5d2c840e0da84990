import { describe, expect, it } from "vitest";
import { entranceOf } from "./entrance.ts";

const relay = { url: "wss://a.example/ws/viewer" };
const ONE = { relayCount: 1, missing: undefined };
const TWO = { relayCount: 2, missing: undefined };

describe("entranceOf", () => {
  it("leads a bare address to the only relay's room of everyone, and to a choice where there are several", () => {
    const bare = { relay, relayName: undefined, bare: true };
    expect(entranceOf(bare, ONE)).toEqual({ kind: "watch", relayUrl: relay.url });
    expect(entranceOf(bare, TWO)).toEqual({ kind: "choose" });
  });

  it("leads every link that says where to go there at once", () => {
    expect(entranceOf({ relay, relayName: undefined, bare: false }, TWO)).toEqual({
      kind: "watch",
      relayUrl: relay.url,
    });
  });

  it("leads nowhere by a link to a relay that is not known", () => {
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
