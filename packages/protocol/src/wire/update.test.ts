import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeTiles, screenLike } from "../../test/pictures.ts";
import {
  decodeAck,
  decodeUpdate,
  encodeAck,
  encodeUpdate,
  FrameStore,
  ProtocolError,
  type Update,
} from "../index.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const time = fc.double({ min: 0, max: 1e15, noNaN: true });
const update: fc.Arbitrary<Update> = fc
  .record({
    kind: fc.constantFrom("delta", "keyframe", "cut"),
    epoch: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    times: fc.tuple(time, time, time),
    tiles: fc.array(
      fc.record({
        gap: fc.oneof(fc.nat(3), fc.nat(5000)),
        table: fc.nat(3),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }),
      }),
      { maxLength: 20 },
    ),
  })
  .map(({ kind, epoch, times: [capturedAt, encodedAt, relayedAt], tiles }) => {
    let next = 0;
    return {
      keyframe: kind === "keyframe",
      cut: kind === "cut",
      epoch,
      capturedAt,
      encodedAt,
      relayedAt,
      tiles: tiles.map(({ gap, table, bytes }) => {
        const index = next + gap;
        next = index + 1;
        return { index, table, bytes };
      }),
    };
  });

/** Runs a decoder, which must succeed or throw a ProtocolError. */
function survives<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

describe("an update (P-20 … P-23)", () => {
  it("has exactly these bytes", () => {
    const bytes = encodeUpdate({
      keyframe: true,
      cut: false,
      epoch: 0x01020304,
      capturedAt: 1,
      encodedAt: 2,
      relayedAt: 0,
      tiles: [
        { index: 0, table: 0, bytes: Uint8Array.of(0xaa) },
        { index: 300, table: 3, bytes: Uint8Array.of(0xbb, 0xcc) },
      ],
    });
    expect(hex(bytes)).toBe(
      [
        "01", // update
        "01", // keyframe
        "04030201", // epoch
        "000000000000f03f", // captured at 1 ms
        "0000000000000040", // encoded at 2 ms
        "0000000000000000", // relayed at an unknown time
        "02", // two tiles
        "00" + "00" + "01", // index 0, table 0, 1 byte
        "ab02" + "03" + "02", // index 300, table 3, 2 bytes
        "aa" + "bbcc",
      ].join(""),
    );
  });

  it("is decoded to what was encoded", () => {
    fc.assert(
      fc.property(update, (sent) => {
        const got = decodeUpdate(encodeUpdate(sent));
        expect(JSON.stringify(got)).toBe(JSON.stringify(sent));
      }),
    );
  });

  it("can be decoded from the middle of a larger buffer", () => {
    fc.assert(
      fc.property(update, (sent) => {
        const bytes = encodeUpdate(sent);
        const larger = new Uint8Array(bytes.length + 11).fill(0xee);
        larger.set(bytes, 5);
        const got = decodeUpdate(larger.subarray(5, 5 + bytes.length));
        expect(JSON.stringify(got)).toBe(JSON.stringify(sent));
      }),
    );
  });

  it("is refused if it is cut off anywhere", () => {
    fc.assert(
      fc.property(update, (sent) => {
        const bytes = encodeUpdate(sent);
        for (let length = 0; length < bytes.length; length++) {
          expect(() => decodeUpdate(bytes.subarray(0, length))).toThrow(ProtocolError);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("yields a valid update or a typed error if bytes are changed or inserted", () => {
    const flips = fc.array(fc.record({ at: fc.nat(), value: fc.nat(255) }), { maxLength: 5 });
    fc.assert(
      fc.property(update, flips, fc.uint8Array({ maxLength: 8 }), (sent, changes, tail) => {
        const bytes = Uint8Array.of(...encodeUpdate(sent), ...tail);
        for (const { at, value } of changes) bytes[at % bytes.length] = value;
        const got = survives(() => decodeUpdate(bytes));
        if (got) expect(hex(encodeUpdate(got))).toBe(hex(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it("yields a valid update or a typed error for arbitrary bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        survives(() => decodeUpdate(Uint8Array.of(1, ...bytes)));
        survives(() => decodeUpdate(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it("is refused at once if it has more tiles than any picture", () => {
    const empty = { capturedAt: 0, encodedAt: 0, relayedAt: 0, tiles: [] };
    const head = encodeUpdate({ keyframe: false, cut: false, epoch: 0, ...empty }).subarray(0, 30);
    const count = 4_000_000;
    const bytes = new Uint8Array(30 + 4 + count * 4).fill(1);
    bytes.set(head);
    bytes.set([0x80 | (count & 0x7f), 0x80 | ((count >> 7) & 0x7f)], 30);
    bytes.set([0x80 | ((count >> 14) & 0x7f), count >> 21], 32);
    const before = process.memoryUsage().heapUsed;
    expect(() => decodeUpdate(bytes)).toThrow("more tiles than it can hold");
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
  });

  it("allocates nothing for tiles that it announces but does not contain", () => {
    const bytes = encodeUpdate({
      keyframe: false,
      cut: false,
      epoch: 0,
      capturedAt: 0,
      encodedAt: 0,
      relayedAt: 0,
      tiles: [],
    });
    const lie = Uint8Array.of(...bytes.subarray(0, 30), 0xff, 0xff, 0xff, 0x7f);
    expect(() => decodeUpdate(lie)).toThrow("promises more tiles than it can hold");
  });
});

describe("an ack (P-25)", () => {
  it("has exactly these bytes", () => {
    expect(hex(encodeAck(0x01020304))).toBe("0204030201");
  });

  it("is decoded to what was encoded, and no other bytes are an ack", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (count) => {
        expect(decodeAck(encodeAck(count))).toBe(count);
        expect(() => decodeAck(encodeAck(count).subarray(0, 4))).toThrow(ProtocolError);
        expect(() => decodeAck(Uint8Array.of(...encodeAck(count), 0))).toThrow(ProtocolError);
      }),
    );
  });
});

describe("FrameStore under hostile updates", () => {
  const { geometry, tables, tiles } = encodeTiles(screenLike({ width: 300, height: 20 }));
  const { width, height } = geometry;

  it("changes nothing when it refuses an update", () => {
    const flips = fc.array(fc.record({ at: fc.nat(), value: fc.nat(255) }), { maxLength: 4 });
    fc.assert(
      fc.property(flips, (changes) => {
        const store = new FrameStore({ codec: "jpeg-tiles", width, height, tables: [tables] });
        const good = { cut: false, epoch: 0, capturedAt: 0, encodedAt: 0, relayedAt: 0, tiles };
        store.apply({ ...good, keyframe: true });
        const before = store.since(0);
        const bytes = encodeUpdate({ ...good, keyframe: false });
        for (const { at, value } of changes) bytes[at % bytes.length] = value;
        const applied = survives(() => store.apply(decodeUpdate(bytes)));
        if (applied) return;
        expect(store.version).toBe(1);
        expect(store.since(0)).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });
});
