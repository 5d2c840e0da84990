import { CLOSE } from "@screen-share/protocol";
import { signToken, tokenKey } from "@screen-share/protocol/token";
import { beforeEach, describe, expect, it } from "vitest";
import type { FakeConnection } from "../../test/fake-relay.ts";
import { eachOn, IDENTITY, PublisherStage } from "../../test/publisher-stage.ts";
import { nodePlatform } from "./platform.ts";
import { LINKS, TerminalLinks } from "./terminal-links.ts";

const on = eachOn(PublisherStage);
const KEY = tokenKey("a secret of thirty-two bytes or more");

describe("the link that viewers are given", () => {
  let connection: FakeConnection;
  beforeEach(async () => {
    on().start();
    connection = await on().relay.welcomed();
    await connection.receive("status");
  });

  it("passes a link on again only if it differs", async () => {
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

  it("does not pass it on again for another token, unless links were revoked in between", async () => {
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
    ["https://relay.example@evil.example/#room=main", () => undefined],
    ["/\u001b[2J#room=main", () => undefined],
    ["https://evil.example/\u202e#room=main", () => undefined],
    [`/#room=main&x=${"x".repeat(7000)}`, () => undefined],
  ])("resolves %s against the address that it dialled", async (told, meant) => {
    connection.close(CLOSE.restarting);
    const next = await on().relay.connection();
    await next.receive("hello");
    next.welcome(told);
    await next.receive("status");
    expect(on().links[1]).toBe(meant(`http://127.0.0.1:${on().relay.port}`));
  });
});

describe("a link that leads to another server than the relay", () => {
  const PAGE = "https://page.example/#room=main";

  it("is passed on with a warning that names the server", async () => {
    on().start();
    const connection = await on().relay.connection();
    await connection.receive("hello");
    connection.welcome(PAGE);
    await connection.receive("status");
    expect(on().links).toEqual([PAGE]);
    const warning = expect.stringMatching(/^warn: .*another server, https:\/\/page\.example:/);
    expect(on().log.lines).toContainEqual(warning);
  });

  it("is passed on without one if it is the configured page", async () => {
    on().start({ viewerUrl: "https://page.example/screen" });
    const connection = await on().relay.connection();
    await connection.receive("hello");
    connection.welcome(PAGE);
    await connection.receive("status");
    expect(on().links).toEqual([PAGE]);
    expect(on().log.lines.join()).not.toContain("page.example");
  });

  it("is not passed on if another page is configured", async () => {
    on().start({ viewerUrl: "https://mine.example" });
    const connection = await on().relay.connection();
    await connection.receive("hello");
    connection.welcome(PAGE);
    await connection.receive("status");
    expect(on().links).toEqual([]);
    const warning = expect.stringMatching(/^warn: .*https:\/\/page\.example.*not printed$/);
    expect(on().log.lines).toContainEqual(warning);
  });
});

describe("a link that expires while its agent is connected (P-38)", () => {
  const HOUR = 3_600_000;
  const start = 1_900_000_000_000;
  let wall: number;
  const link = async (expiresAt: number) => {
    const claims = { role: "viewer", room: "main", expiresAt, generation: "first" } as const;
    return `http://relay.example/#room=main&token=${await signToken(KEY, claims)}`;
  };
  const links = () => {
    const given: string[] = [];
    const parts = new TerminalLinks({
      url: "ws://relay.example/ws/producer",
      identity: () => IDENTITY,
      onViewerLink: (next) => given.push(next),
      log: on().log,
      timers: nodePlatform,
      wallNow: () => wall,
    });
    return { given, parts };
  };
  beforeEach(() => {
    on().start();
    wall = start;
  });

  it("is replaced by the one that the relay sends, even if it is still valid by our clock", async () => {
    const { given, parts } = links();
    const [first, second] = [await link(start + 12 * HOUR), await link(start + 24 * HOUR)];
    parts.received(first);
    parts.renewed(second);
    expect(given).toEqual([first, second]);
    parts.renewed(second);
    expect(given).toHaveLength(2);
    parts.stop();
  });

  it("is replaced after the machine has slept, by the wall clock, at the next connection", async () => {
    const { given, parts } = links();
    const first = await link(start + 12 * HOUR);
    parts.received(first);
    wall += 13 * HOUR;
    const second = await link(wall + 12 * HOUR);
    parts.received(second);
    expect(given).toEqual([first, second]);
    parts.stop();
  });

  it("is replaced once the clock has been set forward, even if the relay sends nothing", async () => {
    // It booted in 1970 and got the time only later.
    wall = 60_000;
    const { given, parts } = links();
    const [first, second] = [await link(wall + 12 * HOUR), await link(wall + 12.5 * HOUR)];
    parts.received(first);
    parts.received(second);
    parts.check();
    expect(given).toEqual([first]);
    wall = start;
    parts.check();
    expect(given).toEqual([first, second]);
    parts.stop();
  });

  it("is replaced only a few times by a relay that sends thousands", async () => {
    const { given, parts } = links();
    for (let i = 0; i < 1000; i++) parts.renewed(`http://relay.example/#room=main&x=${i}`);
    expect(given).toHaveLength(LINKS.burst);
    parts.stop();
  });
});

describe("links that another process revokes", () => {
  it("reconnects with the new identity if another process of its own only revoked the links (P-85)", async () => {
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
