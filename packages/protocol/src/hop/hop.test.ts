/** Both halves of a hop together: whatever the socket refuses and however late acks come, the receiver ends with the same picture. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeTiles, screenLike, seededRandom } from "../../test/pictures.ts";
import { runs } from "../../test/runs.ts";
import { FrameStore } from "../picture/frame-store.ts";
import { Replica } from "../picture/replica.ts";
import { ProtocolError } from "../wire/close.ts";
import { parseToViewerMessage } from "../wire/messages.ts";
import { decodeAck, encodeUpdate, type Tile } from "../wire/update.ts";
import { Cursor, type Supply } from "./cursor.ts";
import { Receiver } from "./receiver.ts";
import { Sender } from "./sender.ts";

const SIZES = [
  { width: 300, height: 80 },
  { width: 128, height: 64 },
] as const;
const PICTURES = SIZES.flatMap((size) =>
  [1, 2].map((seed) => ({ size, ...encodeTiles(screenLike(size, seed)) })),
);
const TIMES = { capturedAt: 1, encodedAt: 2, relayedAt: 3 };

function streamOf(which: number) {
  const { size, tables } = PICTURES[which] ?? raise("there are four pictures");
  return { codec: "jpeg-tiles" as const, ...size, tables: [tables] };
}

function raise(message: string): never {
  throw new Error(message);
}

/** A stored picture that a test changes at will. */
class Stored implements Supply {
  store: FrameStore;
  epoch = 0;

  constructor() {
    this.store = this.#filled(0);
  }

  /** Another picture takes this one's place. */
  replace(which: number): void {
    this.epoch++;
    this.store = this.#filled(which);
  }

  change(tiles: readonly Tile[]): void {
    this.store.apply({ keyframe: false, cut: false, epoch: 1, ...TIMES, tiles });
  }

  updateSince(cursor: number): Uint8Array<ArrayBuffer> {
    return this.updateOf(this.store.since(cursor), { cut: false });
  }

  updateOf(tiles: readonly Tile[], { cut }: { readonly cut: boolean }): Uint8Array<ArrayBuffer> {
    const keyframe = tiles.length === this.store.tileCount;
    return encodeUpdate({ keyframe, cut, epoch: this.epoch, ...TIMES, tiles });
  }

  #filled(which: number): FrameStore {
    const store = new FrameStore(streamOf(which));
    const { tiles } = PICTURES[which] ?? raise("there are four pictures");
    store.apply({ keyframe: true, cut: false, epoch: 1, ...TIMES, tiles });
    return store;
  }
}

/** A link with a sender at one end and a receiver at the other, moved by hand. */
class Link {
  accepts = true;
  held = 0;
  readonly sender = new Sender({
    send: (message) => {
      if (this.accepts) this.down.push(message);
      return this.accepts;
    },
  });
  readonly cursor = new Cursor<Stored>(this.sender, { held: (byBytes) => (this.held += byBytes) });
  readonly replica = new Replica();
  readonly receiver = new Receiver(this.replica);
  readonly down: (string | Uint8Array)[] = [];
  readonly up: Uint8Array[] = [];

  /** The receiver reads one message. */
  deliver(now: number): void {
    const message = this.down.shift();
    if (message === undefined) return;
    if (typeof message !== "string") {
      this.receiver.update(message, now);
      return;
    }
    const parsed = parseToViewerMessage(message);
    if (parsed?.type === "stream") this.receiver.describe(parsed);
  }

  /** The sender receives acks for everything that was applied. */
  acknowledge(now: number): void {
    this.receiver.ack((ack) => this.up.push(ack) > 0);
    for (const ack of this.up.splice(0)) this.sender.acked(decodeAck(ack), now);
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant("change" as const), seed: fc.nat() }),
  fc.record({ do: fc.constant("replace" as const), which: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constant("refuse" as const) }),
  fc.record({ do: fc.constant("accept" as const) }),
  fc.record({ do: fc.constant("advance" as const) }),
  fc.record({ do: fc.constant("deliver" as const), count: fc.nat({ max: 5 }) }),
  fc.record({ do: fc.constant("acknowledge" as const) }),
);

describe("a hop", () => {
  it("ends with the same picture on both sides, whatever was refused or late in between", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const [stored, link] = [new Stored(), new Link()];
        let which = 0;
        let now = 0;
        for (const each of steps) {
          now += 20;
          if (each.do === "change") {
            const random = seededRandom(each.seed);
            const { tiles } = PICTURES[which ^ 1] ?? raise("there are four pictures");
            stored.change(tiles.filter(() => random() < 0.3));
          } else if (each.do === "replace") {
            which = each.which;
            stored.replace(which);
          } else if (each.do === "refuse" || each.do === "accept") {
            link.accepts = each.do === "accept";
          } else if (each.do === "advance") link.cursor.advance(stored, now);
          else if (each.do === "deliver") for (let i = 0; i < each.count; i++) link.deliver(now);
          else link.acknowledge(now);
        }
        link.accepts = true;
        for (let i = 0; i < 2000 && !link.cursor.isCurrent(stored); i++) {
          now += 20;
          link.cursor.advance(stored, now);
          while (link.down.length > 0) link.deliver(now);
          link.acknowledge(now);
        }
        while (link.down.length > 0) link.deliver(now);
        expect(link.replica.shown?.since(0)).toEqual(stored.store.since(0));
        expect(link.held).toBe(0);
        link.acknowledge(now);
        expect(link.sender.window.inFlight).toBe(0);
        expect(link.sender.ackedCount).toBe(link.receiver.appliedCount);
      }),
      runs(50, 200),
    );
  });

  it("forgets the record of a lagging receiver with its connection", () => {
    const [stored, link] = [new Stored(), new Link()];
    link.sender.window.sent(1_000_000, 0);
    link.cursor.advance(stored, 1);
    expect(link.held).toBeGreaterThan(0);
    link.cursor.forget();
    expect(link.held).toBe(0);
  });
});

describe("a sender", () => {
  it("rejects acks of updates that were never sent, and acks that retract earlier ones", () => {
    const sender = new Sender({ send: () => true });
    for (let i = 0; i < 3; i++) sender.update(new Uint8Array(10), i);
    expect(sender.acked(2, 5)).toBe(2);
    expect(sender.acked(2, 6)).toBe(0);
    expect(() => sender.acked(4, 7)).toThrow(ProtocolError);
    expect(() => sender.acked(1, 7)).toThrow(ProtocolError);
    expect(sender.ackedCount).toBe(2);
  });

  it("waits until an ack reports something new", () => {
    const sender = new Sender({ send: () => true });
    sender.update(new Uint8Array(10), 0);
    sender.wait();
    sender.acked(0, 1);
    expect(sender.waiting).toBe(true);
    sender.acked(1, 2);
    expect(sender.waiting).toBe(false);
  });

  it("describes an epoch once, and again only if the socket refused it", () => {
    let accepts = false;
    const sent: (string | Uint8Array)[] = [];
    const sender = new Sender({ send: (message) => accepts && sent.push(message) > 0 });
    expect(sender.describe(3, streamOf(0))).toBe(false);
    expect(sender.epoch).toBeUndefined();
    accepts = true;
    expect(sender.describe(3, streamOf(0))).toBe(true);
    expect(sender.describe(3, streamOf(0))).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it("has an update due every two seconds, and at once after it was woken (P-23)", () => {
    const sender = new Sender({ send: () => true });
    expect(sender.currentDue(0, 0)).toBe(true);
    sender.update(new Uint8Array(10), 1000);
    expect(sender.currentDue(2800, 100)).toBe(false);
    expect(sender.currentDue(2900, 100)).toBe(true);
    sender.wake();
    expect(sender.currentDue(1000, 0)).toBe(true);
  });
});

describe("a receiver", () => {
  it("accepts no epoch twice, and no older one", () => {
    const receiver = new Receiver(new Replica());
    receiver.describe({ epoch: 4, stream: streamOf(0) });
    expect(() => receiver.describe({ epoch: 4, stream: streamOf(0) })).toThrow("epochs only grow");
    expect(() => receiver.describe({ epoch: 3, stream: streamOf(0) })).toThrow("epochs only grow");
  });

  it("acknowledges what was applied, once, and again only if the socket refused the ack", () => {
    const stored = new Stored();
    const receiver = new Receiver(new Replica());
    receiver.describe({ epoch: 0, stream: stored.store.stream });
    receiver.update(stored.updateSince(0), 0);
    receiver.update(stored.updateOf([], { cut: false }), 1);
    expect(receiver.ack(() => false)).toBe(0);
    const acks: Uint8Array[] = [];
    expect(receiver.ack((ack) => acks.push(ack) > 0, 1)).toBe(1);
    expect(receiver.ack((ack) => acks.push(ack) > 0)).toBe(1);
    expect(receiver.ack((ack) => acks.push(ack) > 0)).toBe(0);
    expect(acks.map(decodeAck)).toEqual([1, 2]);
  });

  it("counts no update that it could not apply", () => {
    const receiver = new Receiver(new Replica());
    expect(() => receiver.update(new Stored().updateSince(0), 0)).toThrow(ProtocolError);
    expect(receiver.appliedCount).toBe(0);
  });
});
