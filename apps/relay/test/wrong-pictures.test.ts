/**
 * The five rules that prevent a viewer from keeping a wrong picture (docs/protocol.md, P-30 … P-34), as far as the relay
 * implements them; rules 4 and 5 also concern the agent.
 */
import { encodeAck } from "@screen-share/protocol";
import { runs } from "@screen-share/protocol/testing/runs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FakeProducer,
  FakeViewer,
  liveRoom as liveRoomOf,
  newHub,
  picturePair,
  tilesAsText,
  tilesOf,
} from "./participants.ts";

const pair = picturePair();
const { stream, first, second } = pair;
const liveRoom = () => liveRoomOf(pair);

describe("rule 1 (P-30): epochs and versions are hop-local", () => {
  it("never forwards a producer's epoch", () => {
    const hub = newHub();
    const producer = new FakeProducer(hub);
    for (let i = 0; i < 6; i++) producer.describe(stream);
    producer.update(first, { keyframe: true });
    const viewer = new FakeViewer(hub);
    expect(viewer.peer.updates[0]?.epoch).toBe(1);
    expect(viewer.peer.control("stream")).toMatchObject([{ epoch: 1 }]);
  });

  it("closes a viewer that acks more than it was sent", () => {
    const { hub } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.session.receive(encodeAck(2), 0);
    expect(viewer.peer.closed?.code).toBe(4400);
  });

  it("closes a viewer that acks fewer than before", () => {
    const { hub } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    viewer.session.receive(encodeAck(0), 0);
    expect(viewer.peer.closed?.code).toBe(4400);
  });

  it("closes a producer whose update has another epoch, without applying it", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.settle();
    producer.say({ type: "stream", epoch: 9, stream });
    producer.update(second);
    expect(producer.peer.closed?.code).toBe(4400);
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
  });
});

describe("rule 2 (P-31): cursors die with their connection", () => {
  it("gives each new connection the description and the whole picture", () => {
    const { hub } = liveRoom();
    for (let i = 0; i < 3; i++) {
      const viewer = new FakeViewer(hub);
      expect(viewer.peer.control("stream")).toHaveLength(1);
      expect(viewer.peer.updates[0]).toMatchObject({ keyframe: true });
      expect(viewer.peer.updates[0]?.tiles).toHaveLength(first.length);
      viewer.session.ended(0);
    }
  });
});

describe("rule 3 (P-32): an update is applied whole or not at all, and a cursor moves with since()", () => {
  it("does not apply an update whose last tile is broken", () => {
    const { hub, producer } = liveRoom();
    const broken = { index: 2, table: 0, bytes: Uint8Array.of(0xff, 0xd9, 1, 2) };
    producer.update([...second.slice(0, 2), broken]);
    expect(producer.peer.closed?.code).toBe(4400);
    const viewer = new FakeViewer(hub);
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
  });

  it("does not move the cursor if the socket does not take an update", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.settle();
    viewer.peer.outcome = "dropped";
    producer.update(second.slice(1, 3));
    producer.update(second.slice(3, 4));
    viewer.peer.outcome = "sent";
    viewer.session.drained(0);
    viewer.settle();
    const expected = [...first.slice(0, 1), ...second.slice(1, 4), ...first.slice(4)];
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(expected));
  });
});

describe("rule 5 (P-34): a refresh requests the whole picture", () => {
  it("is requested from a producer that is live again after it stopped", () => {
    const { hub, producer } = liveRoom();
    producer.say({ type: "status", state: "stopped" });
    expect(hub.find("main")?.picture.shown).toBeUndefined();
    producer.say({ type: "status", state: "live" });
    expect(producer.peer.text.filter((text) => text.includes('"refresh"'))).toHaveLength(1);
    producer.describe(stream);
    producer.update(second, { keyframe: true });
    const viewer = new FakeViewer(hub);
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(second));
  });
});

describe("all rules together", () => {
  it("any interleaving of updates, refusals, pauses, joins and losses ends with equal pictures", () => {
    const other = picturePair(131, 30);
    const step = fc.oneof(
      fc.record({ do: fc.constant("update"), tiles: fc.nat({ max: 255 }), seed: fc.nat(1) }),
      fc.record({ do: fc.constant("keyframe"), seed: fc.nat(1), size: fc.nat(1) }),
      fc.record({ do: fc.constantFrom("join", "reconnect", "read") }),
      fc.record({ do: fc.constantFrom("ack", "refuse", "drain", "hide", "show"), who: fc.nat(2) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const hub = newHub();
        let producer = new FakeProducer(hub);
        let current = { stream, first, second };
        const keyframe = (seed: number) => {
          producer.describe(current.stream);
          producer.update(seed ? current.second : current.first, { keyframe: true });
        };
        keyframe(0);
        const viewers = [new FakeViewer(hub)];
        for (const taken of steps) {
          const seed = "seed" in taken ? taken.seed : 0;
          const viewer = "who" in taken ? viewers[taken.who % viewers.length] : undefined;
          const { peer, session } = viewer ?? {};
          if (taken.do === "update" && "tiles" in taken) {
            const from = seed ? current.second : current.first;
            producer.update(from.filter(({ index }) => (taken.tiles >> (index % 8)) & 1));
          } else if (taken.do === "keyframe" && "size" in taken) {
            current = taken.size ? other : { stream, first, second };
            keyframe(seed);
          } else if (taken.do === "join" && viewers.length < 4) viewers.push(new FakeViewer(hub));
          else if (taken.do === "reconnect") {
            producer.session.ended(0);
            producer = new FakeProducer(hub);
            keyframe(1);
          } else if (taken.do === "read") for (const each of viewers) each.read();
          else if (taken.do === "ack") viewer?.ack();
          else if (taken.do === "refuse" && peer) peer.outcome = "dropped";
          else if (taken.do === "drain" && peer) {
            peer.outcome = "buffered";
            session?.drained(0);
          } else if (taken.do === "hide" || taken.do === "show") {
            const visible = taken.do === "show";
            session?.receive(JSON.stringify({ type: "visibility", visible }), 0);
          }
        }
        const shown = hub.find("main")?.picture.shown;
        const expected = tilesAsText(shown?.store.since(0) ?? []);
        expect(expected.length).toBeGreaterThan(0);
        for (const viewer of viewers) {
          viewer.peer.outcome = "sent";
          viewer.session.receive(JSON.stringify({ type: "visibility", visible: true }), 0);
          viewer.session.drained(0);
          viewer.settle();
          expect(viewer.peer.closed).toBeUndefined();
          expect(tilesOf(viewer.replica)).toEqual(expected);
        }
      }),
      runs(50, 200),
    );
  });
});
