import { encodeControl, HELLO_TIMEOUT_MS, ProtocolError } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { FakePeer } from "../testing/fake-peer.ts";
import {
  FakeProducer,
  FakeViewer,
  liveRoom,
  newHub,
  PRODUCER_ID,
  picturePair,
  producerParts,
  SlowGate,
} from "../testing/participants.ts";
import { UNLIMITED } from "./access.ts";
import type { Hub } from "./hub.ts";
import { ProducerSession } from "./producer-session.ts";

const { stream, second } = picturePair();
const refused = new ProtocolError("the token is not valid here", 4401);

/** Both kinds, with a hello that is being verified. */
const kinds = [
  [
    "viewer",
    (hub: Hub, gate: SlowGate) => new FakeViewer(hub, "main", gate),
    encodeControl({ type: "hello", room: "main" }),
  ],
  [
    "producer",
    (hub: Hub, gate: SlowGate) => new FakeProducer(hub, { gate }),
    encodeControl({ type: "hello", room: "main", producerId: PRODUCER_ID }),
  ],
] as const;

describe.each(kinds)("a %s whose token is being verified", (_, start, hello) => {
  it("is told nothing, and no room is made for it (P-84)", () => {
    const hub = newHub();
    const { peer } = start(hub, new SlowGate());
    expect(peer.sent).toEqual([]);
    expect(peer.closed).toBeUndefined();
    expect(hub.find("main")).toBeUndefined();
  });

  it("is welcomed once it is let in", () => {
    const hub = newHub();
    const gate = new SlowGate();
    const { peer } = start(hub, gate);
    gate.settle(UNLIMITED);
    expect(peer.text[0]).toContain('"welcome"');
    expect(hub.find("main")).toBeDefined();
    expect(gate.abandonedCount).toBe(0);
  });

  it("is closed with what the verdict says, and has changed nothing", () => {
    const hub = newHub();
    const gate = new SlowGate();
    const { peer } = start(hub, gate);
    gate.settle(refused);
    expect(peer.closed).toEqual({ code: 4401, reason: "the token is not valid here" });
    expect(peer.sent).toEqual([]);
    expect(hub.find("main")).toBeUndefined();
  });

  it.each([
    ["a second hello", hello],
    ["a ping", encodeControl({ type: "ping", sentAt: 1 })],
    ["a binary message", Uint8Array.of(2, 0, 0, 0, 0)],
  ])("is closed with 4400 for %s meanwhile (P-83), whatever the verdict is", (_, message) => {
    const hub = newHub();
    const gate = new SlowGate();
    const { peer, session } = start(hub, gate);
    session.receive(message, 0);
    expect(peer.closed?.code).toBe(4400);
    gate.settle(UNLIMITED);
    expect(peer.sent).toEqual([]);
    expect(hub.find("main")).toBeUndefined();
  });

  it("leaves nothing behind if its socket ends meanwhile", () => {
    const hub = newHub();
    const gate = new SlowGate();
    const { peer, session } = start(hub, gate);
    session.ended(0);
    expect(gate.abandonedCount).toBe(1);
    for (const verdict of [UNLIMITED, refused]) gate.settle(verdict);
    expect(peer.sent).toEqual([]);
    expect(peer.closed).toBeUndefined();
    expect(hub.find("main")).toBeUndefined();
  });

  it("is not hurried: a slow verdict is the relay's own fault", () => {
    const gate = new SlowGate();
    const { peer, session } = start(newHub(), gate);
    session.tick(HELLO_TIMEOUT_MS * 10);
    expect(peer.closed).toBeUndefined();
    gate.settle(UNLIMITED);
    expect(peer.text[0]).toContain('"welcome"');
  });
});

describe("a producer that takes over (P-5)", () => {
  it("disturbs nobody before its token is verified", () => {
    const { hub, producer } = liveRoom();
    const gate = new SlowGate();
    const newer = new FakeProducer(hub, { gate });
    producer.update(second);
    expect(producer.acked).toBe(2);
    gate.settle(refused);
    expect(newer.peer.closed?.code).toBe(4401);
    expect(producer.peer.closed).toBeUndefined();
    producer.update([]);
    expect(producer.acked).toBe(3);
  });

  it("puts its older connection out once it is", () => {
    const { hub, producer } = liveRoom();
    const gate = new SlowGate();
    const newer = new FakeProducer(hub, { gate });
    gate.settle(UNLIMITED);
    expect(producer.peer.closed?.code).toBe(4001);
    newer.describe(stream);
    newer.update(second, { keyframe: true });
    expect(newer.acked).toBe(1);
  });

  it("may be one of two whose hellos came at once: the later verdict wins, and one is left", () => {
    const hub = newHub();
    const gates = [new SlowGate(), new SlowGate()];
    const [one, two] = gates.map((gate) => new FakeProducer(hub, { gate }));
    gates[1]?.settle(UNLIMITED);
    gates[0]?.settle(UNLIMITED);
    expect(two?.peer.closed?.code).toBe(4001);
    expect(one?.peer.closed).toBeUndefined();
  });
});

it("a producer without a hello is closed after 5 s (4408, P-2), and its waiting place is given back", () => {
  const peer = new FakePeer();
  const gate = new SlowGate();
  const session = new ProducerSession(newHub(), peer, { ...producerParts(), gate }, 1000);
  session.tick(5999);
  expect(peer.closed).toBeUndefined();
  session.tick(6000);
  expect(peer.closed?.code).toBe(4408);
  expect(gate.abandonedCount).toBe(1);
});
