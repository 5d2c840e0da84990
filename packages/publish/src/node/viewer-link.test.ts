import { signToken, tokenKey } from "@screen-share/protocol/token";
import { describe, expect, it } from "vitest";
import { expiryOf, resolveLink, stillServes } from "./viewer-link.ts";

describe("the viewer link", () => {
  it.each([
    ["/#room=demo", "wss://relay.example/ws/producer", "https://relay.example/#room=demo"],
    ["/", "ws://localhost:8000/ws/producer", "http://localhost:8000/"],
    ["https://page.example/#room=x", "ws://h/ws/producer", "https://page.example/#room=x"],
    ["javascript:alert(1)", "ws://h/ws/producer", undefined],
    ["http://[", "ws://h/ws/producer", undefined],
  ])("%s sent over %s is %s", (told, dialled, link) => {
    expect(resolveLink(told, dialled)).toBe(link);
  });

  it("is valid until its token expires", async () => {
    const expiresAt = 1_800_000_000_000;
    const key = tokenKey("a secret of thirty-two bytes or more");
    const token = await signToken(key, { role: "viewer", room: "main", expiresAt });
    expect(expiryOf(`http://h/#room=main&token=${token}`)).toEqual(new Date(expiresAt));
  });

  it.each([
    "http://h/",
    "http://h/#room=x",
    "http://h/#token=x",
    "http://h/#token=a.e30.b",
    "http://h/#token=..",
    `http://h/#token=a.${Buffer.from('{"exp":1e300}').toString("base64url")}.c`,
    `http://h/#token=a.${Buffer.from('{"exp":9e12}').toString("base64url")}.c`,
  ])("%s has no known expiry", (link) => {
    expect(expiryOf(link)).toBeUndefined();
  });

  describe("given before", () => {
    const key = tokenKey("a secret of thirty-two bytes or more");
    const hour = 3_600_000;
    const now = 1_800_000_000_000;
    const linkOf = async (changes: { room?: string; hours?: number; gen?: string } = {}) => {
      const { room = "main", hours = 12, gen: generation = "one" } = changes;
      const expiresAt = now + hours * hour;
      const token = await signToken(key, { role: "viewer", room, expiresAt, generation });
      return `http://h/#room=${room}&token=${token}`;
    };

    it("serves as well as one that is only valid for longer", async () => {
      expect(stillServes(await linkOf({ hours: 2 }), await linkOf(), now)).toBe(true);
      expect(stillServes("http://h/#room=x", "http://h/#room=x", now)).toBe(true);
    });

    it.each([
      ["is for another room", { room: "other" }],
      ["is of a generation that was revoked", { gen: "zero" }],
      ["ends within the hour", { hours: 0.9 }],
    ])("does not if it %s", async (_, changes) => {
      expect(stillServes(await linkOf(changes), await linkOf(), now)).toBe(false);
    });

    it("serves for half as long as a fresh one if links are short-lived", async () => {
      const fresh = await linkOf({ hours: 0.5 });
      expect(stillServes(await linkOf({ hours: 0.3 }), fresh, now)).toBe(true);
      expect(stillServes(await linkOf({ hours: 0.2 }), fresh, now)).toBe(false);
      expect(stillServes(await linkOf({ hours: -1 }), await linkOf({ hours: -0.5 }), now)).toBe(
        false,
      );
    });

    it("does not if it is for another address, or has no token where one is needed", async () => {
      const link = await linkOf();
      expect(stillServes(link.replace("//h/", "//other/"), link, now)).toBe(false);
      expect(stillServes("http://h/#room=main", link, now)).toBe(false);
      expect(stillServes(link, "http://h/#room=main", now)).toBe(false);
    });
  });
});
