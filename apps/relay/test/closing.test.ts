/** The typed reasons that v1 clients are sent before the close frame, on each transport (P-43). */
import { CLOSING_REASONS, type ClosingReason, encodeControl } from "@screen-share/protocol";
import { type Client, connect } from "@screen-share/protocol/testing/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningRelay } from "../src/relay.ts";
import { get, liveRelay } from "./live-relay.ts";
import { admitWith, FakeProducer, FakeViewer, newHub, PRODUCER_ID } from "./participants.ts";
import { ADAPTERS } from "./recording-server.ts";
import { handMade, SECRET } from "./tokens.ts";

const ENV = {
  AUTH_SECRET: SECRET,
  TRUST_PROXY: "x-forwarded-for",
  MAX_VIEWERS_PER_ROOM: "1",
  MAX_ROOMS: "2",
};
/** An address that has failed too often. */
const WORN_OUT = "198.51.100.2";
const CODES: Readonly<Record<ClosingReason, number>> = {
  expired: 4401,
  ended: 4401,
  "wrong-room": 4403,
  "wrong-role": 4403,
  "room-full": 4429,
  "relay-full": 4429,
  "too-many-attempts": 4429,
};

describe.each(ADAPTERS)("a refused client on %s", (TRANSPORT) => {
  let relay: RunningRelay;
  beforeAll(async () => {
    relay = await liveRelay({ ...ENV, TRANSPORT });
    const producer = await v1("producer", { gen: "new", token: handMade({ role: "producer" }) });
    await producer.until(() => producer.text.length > 0);
    const viewer = await v1("viewer", { token: handMade() });
    await viewer.until(() => viewer.text.length > 0);
    const second = await v1("viewer", { room: "second", token: handMade({ room: "second" }) });
    await second.until(() => second.text.length > 0);
  });
  afterAll(() => relay.close(1012, "test over"));

  async function v1(
    role: "producer" | "viewer",
    hello: { readonly room?: string; readonly token: string; readonly gen?: string },
    address = "198.51.100.1",
  ): Promise<Client> {
    const client = await connect(relay, `/ws/${role}`, { headers: { "x-forwarded-for": address } });
    if (address === WORN_OUT) await wearOut();
    const id = role === "producer" ? { producerId: PRODUCER_ID } : {};
    client.socket.send(encodeControl({ type: "hello", room: "main", ...id, ...hello } as never));
    return client;
  }

  /** Fails until the relay reports too many attempts. On a slow machine, some are forgotten meanwhile. */
  async function wearOut(): Promise<void> {
    const failed = () => get(relay, "/snapshot.jpg", { "x-forwarded-for": WORN_OUT });
    while ((await failed()).status !== 429);
  }

  const producerToken = handMade({ role: "producer" });
  const refused: Readonly<Record<ClosingReason, () => Promise<Client>>> = {
    expired: () => v1("viewer", { token: handMade({ exp: 1 }) }),
    ended: () => v1("viewer", { token: handMade({ gen: "old" }) }),
    "wrong-room": () => v1("producer", { room: "other", token: producerToken }),
    "wrong-role": () => v1("viewer", { token: producerToken }),
    "room-full": () => v1("viewer", { token: handMade() }),
    "relay-full": () => v1("viewer", { room: "third", token: handMade({ room: "third" }) }),
    "too-many-attempts": async () => {
      await wearOut();
      return await v1("producer", { token: "bad" }, WORN_OUT);
    },
  };

  it.each(CLOSING_REASONS)("is sent %s right before the close frame", async (reason) => {
    const client = await refused[reason]();
    expect((await client.closed).code).toBe(CODES[reason]);
    expect(client.messages).toEqual([encodeControl({ type: "closing", reason })]);
  });

  it("is sent no reason that its code implies", async () => {
    const client = await v1("viewer", { token: "not.a.token" });
    expect((await client.closed).code).toBe(4401);
    expect(client.messages).toEqual([]);
  });

  it("is sent only the close frame if it is a plain client", async () => {
    const path = `/ws/viewer?token=${handMade({ exp: 1 })}`;
    const client = await connect(relay, path, { plain: true });
    expect(await client.closed).toEqual({ code: 4401, reason: "the token has expired" });
    expect(client.messages).toEqual([]);
  });
});

describe("a client that is closed while it is in its room", () => {
  const END = 1_800_000_000_000;

  it("is sent the reason last", () => {
    const hub = newHub();
    const viewer = new FakeViewer(hub, "main", admitWith({ expiresAt: END }));
    const producer = new FakeProducer(hub, { admit: admitWith({ expiresAt: END }) });
    hub.tick(0, END);
    for (const { peer } of [viewer, producer]) {
      expect(peer.sent.at(-1)).toBe('{"type":"closing","reason":"expired"}');
      expect(peer.closed).toEqual({ code: 4401, reason: "the token has expired" });
    }
  });

  it("is closed even if its socket takes nothing", () => {
    const hub = newHub();
    const viewer = new FakeViewer(hub, "main", admitWith({ expiresAt: END }));
    viewer.peer.outcome = "dropped";
    const before = viewer.peer.sent.length;
    hub.tick(0, END);
    expect(viewer.peer.sent).toHaveLength(before);
    expect(viewer.peer.closed?.code).toBe(4401);
  });

  it("is sent no reason if there is none", () => {
    const hub = newHub();
    const producer = new FakeProducer(hub);
    new FakeProducer(hub);
    expect(producer.peer.closed?.code).toBe(4001);
    expect(producer.peer.text.filter((text) => text.includes("closing"))).toEqual([]);
  });
});
