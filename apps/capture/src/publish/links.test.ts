import { CLOSE } from "@screen-share/protocol";
import { signToken, tokenKey } from "@screen-share/protocol/token";
import { beforeEach, describe, expect, it } from "vitest";
import type { FakeConnection } from "../../test/fake-relay.ts";
import { eachOnStage, IDENTITY } from "../../test/publisher-stage.ts";

const on = eachOnStage();
const KEY = tokenKey("a secret of thirty-two bytes or more");

describe("the link that viewers are given", () => {
  let connection: FakeConnection;
  beforeEach(async () => {
    on().start();
    connection = await on().relay.welcomed();
    await connection.receive("status");
  });

  it("tells a link again only when it is another", async () => {
    connection.close(CLOSE.restarting);
    const second = await on().relay.welcomed();
    await second.receive("status");
    second.close(CLOSE.restarting);
    const third = await on().relay.connection();
    await third.receive("hello");
    third.welcome("http://relay.example/#room=other");
    await third.receive("status");
    expect(on().links).toEqual([
      "http://relay.example/#room=main",
      "http://relay.example/#room=other",
    ]);
  });

  it("does not tell it again for another token, unless its links were ended in between", async () => {
    const link = async (seconds: number, generation: string) => {
      const expiresAt = 4_000_000_000_000 + seconds * 1000;
      const claims = { role: "viewer", room: "main", expiresAt, generation } as const;
      return `/#room=main&token=${await signToken(KEY, claims)}`;
    };
    const told = [await link(1, "one"), await link(2, "one"), await link(3, "two")] as const;
    for (const next of told) {
      connection.close(CLOSE.restarting);
      connection = await on().relay.connection();
      await connection.receive("hello");
      connection.welcome(next);
      await connection.receive("status");
    }
    const origin = `http://127.0.0.1:${on().relay.port}`;
    expect(on().links.slice(1)).toEqual([origin + told[0], origin + told[2]]);
  });

  it.each([
    ["/#room=main&token=abc", (origin: string) => `${origin}/#room=main&token=abc`],
    ["https://viewer.example/watch#room=main", () => "https://viewer.example/watch#room=main"],
    ["javascript:alert(1)", () => undefined],
    ["http://", () => undefined],
  ])("takes %s for a link from the address it dialled", async (told, meant) => {
    connection.close(CLOSE.restarting);
    const next = await on().relay.connection();
    await next.receive("hello");
    next.welcome(told);
    await next.receive("status");
    expect(on().links[1]).toBe(meant(`http://127.0.0.1:${on().relay.port}`));
  });
});

describe("links that another process ends", () => {
  it("comes back, as whom it is by then, if a process of its own only ended the links (P-85)", async () => {
    on().start();
    const first = await on().relay.welcomed();
    on().identity = { ...IDENTITY, generation: "second" };
    first.close(CLOSE.replaced);
    const second = await on().relay.connection();
    expect(await second.receive("hello")).toMatchObject({ gen: "second" });
    second.close(CLOSE.replaced);
    expect(await on().ending).toMatchObject({ kind: "refused" });
  });
});
