import { signToken, tokenKey } from "@screen-share/protocol/token";
import { describe, expect, it } from "vitest";
import { expiryOf, resolveLink } from "./viewer-link.ts";

describe("the viewer link", () => {
  it.each([
    ["/#room=demo", "wss://relay.example/ws/producer", "https://relay.example/#room=demo"],
    ["/", "ws://localhost:8000/ws/producer", "http://localhost:8000/"],
    ["https://page.example/#room=x", "ws://h/ws/producer", "https://page.example/#room=x"],
    ["javascript:alert(1)", "ws://h/ws/producer", undefined],
    ["http://[", "ws://h/ws/producer", undefined],
  ])("%s told over %s is %s", (told, dialled, link) => {
    expect(resolveLink(told, dialled)).toBe(link);
  });

  it("holds as long as its token says", async () => {
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
  ])("%s does not say how long", (link) => {
    expect(expiryOf(link)).toBeUndefined();
  });
});
