/** What a viewer's messages may cost the relay, and what is kept for a lagging viewer (docs/protocol.md, P-26, P-28). */
import { emptySegment, encodeAck, type StreamDescription, type Tile } from "@screen-share/protocol";
import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import { describe, expect, it } from "vitest";
import {
  FakeProducer,
  FakeViewer,
  FakeWork,
  newHub,
  picturePair,
  tilesAsText,
  tilesOf,
} from "../../test/participants.ts";
import { UNCOUNTED } from "./stats.ts";

const { stream: described } = picturePair(8, 8);
/** About the maximum number of tiles of a picture. */
const stream: StreamDescription = { ...described, width: 8192, height: 3840 };
const TILE_COUNT = 30_720;
const empty = emptySegment(16);
const tile = (index: number): Tile => ({ index, table: 0, bytes: empty });
const whole = Array.from({ length: TILE_COUNT }, (_, index) => tile(index));

function bigRoom({ height = stream.height } = {}) {
  const work = new FakeWork();
  const hub = newHub({ newWork: () => work, maxViewers: 1000, maxPlaces: 1000 });
  const producer = new FakeProducer(hub);
  producer.describe({ ...stream, height });
  const tileCount = (TILE_COUNT / stream.height) * height;
  producer.update(whole.slice(0, tileCount), { keyframe: true });
  const picture = () => hub.find("main")?.picture;
  return { hub, producer, work, picture };
}

/** Counts the lookups of tiles of a room's picture. */
function countingLooks({ picture }: ReturnType<typeof bigRoom>): { looks: number } {
  const counted = { looks: 0 };
  const changes = picture()?.shown?.store.changes;
  if (!changes) throw new Error("the room shows a picture");
  const { changedAt, groupChangedAt } = changes;
  changes.changedAt = (index) => {
    counted.looks++;
    return changedAt.call(changes, index);
  };
  changes.groupChangedAt = (group) => {
    counted.looks++;
    return groupChangedAt.call(changes, group);
  };
  return counted;
}

describe("a viewer whose window is full", () => {
  it("can repeat an ack at almost no cost: the relay examines no tile", () => {
    const room = bigRoom();
    const viewer = new FakeViewer(room.hub);
    const sent = viewer.peer.sent.length;
    const counted = countingLooks(room);
    for (let i = 0; i < 1000; i++) viewer.session.receive(encodeAck(0), i);
    expect(counted.looks).toBe(0);
    expect(viewer.peer.closed).toBeUndefined();
    expect(viewer.peer.sent).toHaveLength(sent);
  });

  it("costs almost nothing when an update arrives that is empty or does not fit", () => {
    const room = bigRoom();
    for (let i = 0; i < 20; i++) new FakeViewer(room.hub);
    const counted = countingLooks(room);
    for (let i = 0; i < 100; i++) room.producer.update([]);
    expect(counted.looks).toBe(0);
    // Tiles are classified once, when they are applied, whatever the number of viewers.
    room.producer.update([tile(7)]);
    expect(counted.looks).toBeLessThan(100);
  });

  it("receives what it missed once it acks", () => {
    const { hub, producer } = bigRoom();
    const viewer = new FakeViewer(hub);
    const { second } = picturePair(128, 8);
    const [changed] = second;
    if (!changed) throw new Error("a picture has a tile");
    producer.update([{ ...changed, index: 5 }]);
    viewer.settle();
    const expected = whole.map((old) => (old.index === 5 ? { ...changed, index: 5 } : old));
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(expected));
  });
});

describe("the work of an ack that allows more to be sent", () => {
  it("depends on the window, not on the size of the picture", () => {
    const [small, large] = [stream.height / 8, stream.height].map((height) => {
      const room = bigRoom({ height });
      const viewer = new FakeViewer(room.hub);
      const counted = countingLooks(room);
      const before = viewer.peer.updates.length;
      viewer.ack();
      expect(viewer.peer.updates.length).toBeGreaterThan(before);
      return counted.looks;
    });
    expect(large).toBeLessThan(1.5 * (small ?? 0));
  });

  it("waits for the next tick while the room is over its share of the relay's time", () => {
    const { hub, work } = bigRoom();
    const viewer = new FakeViewer(hub);
    const before = viewer.peer.updates.length;
    work.costMs = 3000;
    work.spend(() => {});
    work.costMs = 0;
    viewer.ack();
    viewer.session.tick(0);
    expect(viewer.peer.updates).toHaveLength(before);
    work.pass(10_000);
    viewer.session.tick(0);
    expect(viewer.peer.updates.length).toBeGreaterThan(before);
  });

  it("counts for the room, like sending an update to all viewers", () => {
    const { hub, producer, work } = bigRoom();
    const viewer = new FakeViewer(hub);
    const send = viewer.peer.send.bind(viewer.peer);
    viewer.peer.send = (message) => {
      work.pass(600);
      return send(message);
    };
    viewer.ack();
    expect(work.debtMs).toBeGreaterThan(0);
    work.pass(100_000);
    viewer.peer.send = send;
    viewer.settle();
    viewer.peer.send = (message) => {
      work.pass(3000);
      return send(message);
    };
    producer.update([tile(3)]);
    expect(work.debtMs).toBeGreaterThan(0);
  });
});

describe("an update to many viewers", () => {
  function roomOf(count: number) {
    const hub = newHub();
    const { stream, first, second } = picturePair(8, 8);
    const producer = new FakeProducer(hub);
    producer.describe(stream);
    producer.update(first, { keyframe: true });
    const viewers = Array.from({ length: count }, () => new FakeViewer(hub));
    for (const viewer of viewers) viewer.settle();
    return { producer, second, viewers };
  }

  it("is acked to the producer after all of them were sent it", () => {
    const { producer, second, viewers } = roomOf(2);
    const order: string[] = [];
    for (const [name, { peer }] of [
      ...viewers.map((v) => ["viewer", v] as const),
      ["producer", producer] as const,
    ]) {
      const send = peer.send.bind(peer);
      peer.send = (message) => {
        order.push(name);
        return send(message);
      };
    }
    producer.update(second);
    expect(order).toEqual(["viewer", "viewer", "producer"]);
  });
});

describe("the last ack of a viewer that has everything", () => {
  /** A viewer that has acked the whole picture at 10 ms, and the ages of the pictures that it has drawn. */
  function viewerAt10() {
    const ages: number[] = [];
    const hub = newHub({ stats: { ...UNCOUNTED, drawn: (_, ageMs) => void ages.push(ageMs) } });
    const { stream, first, second } = picturePair(8, 8);
    const producer = new FakeProducer(hub);
    producer.describe(stream);
    producer.update(first, { keyframe: true });
    const { session, peer } = new FakeViewer(hub);
    session.receive(encodeAck(peer.binary.length), 10);
    return { ages, producer, second, session, peer };
  }

  it.each<[string, (of: ReturnType<typeof viewerAt10>) => void]>([
    ["update", ({ producer, second }) => producer.update(second, { now: 500 })],
    ["ack", ({ session, peer }) => session.receive(encodeAck(peer.binary.length), 500)],
    ["tick", ({ session }) => session.tick(500)],
    ["end", ({ session }) => session.ended(500)],
  ])("is noted with the next %s, as of when it came", (_, next) => {
    const viewer = viewerAt10();
    expect(viewer.ages).toEqual([]);
    next(viewer);
    expect(viewer.ages).toEqual([10]);
  });
});

describe("an ack that waited while the relay was busy with other viewers", () => {
  /** @returns the number of updates in which a new viewer gets the whole picture, if each ack is handled after this delay */
  function updateCount({ ackMs, waitedMs }: { ackMs: number; waitedMs: number }): number {
    const time = new FakeTime();
    time.heardSince = (now) => now - waitedMs;
    const hub = newHub({ time });
    const producer = new FakeProducer(hub);
    producer.describe(stream);
    producer.update(whole, { keyframe: true });
    const { session, peer } = new FakeViewer(hub);
    let acked = 0;
    for (let now = 0; acked < peer.binary.length; ) {
      acked = peer.binary.length;
      now += ackMs;
      session.receive(encodeAck(acked), now);
    }
    return acked;
  }

  it("is not mistaken for a slow link", () => {
    const prompt = updateCount({ ackMs: 1, waitedMs: 0 });
    const slow = updateCount({ ackMs: 300, waitedMs: 0 });
    expect(updateCount({ ackMs: 300, waitedMs: 299 })).toBeLessThan(1.2 * prompt);
    expect(slow).toBeGreaterThan(2 * prompt);
  });
});

describe("the time to send an update to all viewers", () => {
  function debtAfterUpdate(
    hub: ReturnType<typeof newHub>,
    room: ReturnType<typeof bigRoom>,
  ): number {
    const viewer = new FakeViewer(hub);
    viewer.settle();
    hub.tick(0, 0);
    const send = viewer.peer.send.bind(viewer.peer);
    viewer.peer.send = (message) => {
      room.work.pass(3000);
      return send(message);
    };
    room.producer.update([tile(3)]);
    return room.work.debtMs;
  }

  it("counts for the room only while another room has viewers", () => {
    const alone = bigRoom();
    expect(debtAfterUpdate(alone.hub, alone)).toBeLessThanOrEqual(0);
    const shared = bigRoom();
    new FakeViewer(shared.hub, "other");
    expect(debtAfterUpdate(shared.hub, shared)).toBeGreaterThan(0);
  });
});

describe("what is kept for lagging viewers", () => {
  it("counts as memory of the room's picture, is small, and is released", () => {
    const { hub } = bigRoom();
    const before = hub.pictureBytes;
    const viewers = Array.from({ length: 900 }, () => new FakeViewer(hub));
    const each = (hub.pictureBytes - before) / viewers.length;
    expect(each).toBeGreaterThan(1000);
    expect(each).toBeLessThan(32 * 1024);
    const [first, ...others] = viewers;
    for (const viewer of others) viewer.session.ended(0);
    expect(hub.pictureBytes).toBe(before + each);
    first?.settle();
    expect(hub.pictureBytes).toBe(before);
  });
});
