/** Updates with wrong lengths, counts, sizes, epochs and tiles. */
import { encodeControl } from "@screen-share/protocol";
import { wholeJpeg } from "../participants.ts";
import { type Attacks, conversations, type Payload, PICTURE, update, VALID } from "./attack.ts";

const HEADER_BYTES = 30;

/** A valid update with some of its bytes replaced. */
function patched(at: number, bytes: readonly number[]): Uint8Array {
  const message = update(PICTURE.second);
  message.set(bytes, at);
  return message;
}

function withTime(time: number): Uint8Array {
  const message = update(PICTURE.second);
  new DataView(message.buffer).setFloat64(6, time, true);
  return message;
}

const withBytes = (...bytes: number[]) =>
  update([{ index: 0, table: 0, bytes: Uint8Array.from(bytes) }]);
const padded = (...end: number[]) => withBytes(...new Array<number>(28).fill(0), ...end);

const described = (width: number, height: number, epoch = 2) =>
  encodeControl({ type: "stream", epoch, stream: { ...PICTURE.stream, width, height } });

const broken: readonly Uint8Array[] = [
  ...[0, 2, 3, 255].map((kind) => patched(0, [kind])),
  ...[3, 4, 128, 255].map((flags) => patched(1, [flags])),
  ...[0, 2, 0xff].map((epoch) => patched(2, [epoch, 0, 0, 0xff])),
  ...[Number.NaN, Number.POSITIVE_INFINITY, -1, -1e300].map(withTime),
  // Lying counts and lengths; varints that are too long, or longer than they need to be.
  patched(HEADER_BYTES, [127]),
  patched(HEADER_BYTES, [0xff, 0xff, 0xff, 0x7f]),
  patched(HEADER_BYTES, [0xff, 0xff, 0xff, 0xff, 0x7f]),
  patched(HEADER_BYTES, [0x80, 0x00]),
  patched(HEADER_BYTES + 1, [0xff, 0xff, 0x03]),
  patched(HEADER_BYTES + 2, [9]),
  patched(HEADER_BYTES + 3, [0]),
  patched(HEADER_BYTES + 3, [0xff, 0xff, 0xff, 0x7f]),
  new Uint8Array([...update(PICTURE.second), 0]),
  ...Array.from({ length: 60 }, (_, i) => VALID.keyframe.slice(0, i)),
  VALID.keyframe.slice(0, -1),
  withBytes(0),
  padded(0xff),
  padded(0xff, 0xd9),
  padded(0xff, 0xd8, 0, 0),
  padded(0xff, 0xd0, 0, 0),
  padded(0xff, 0xff, 0, 0),
  withBytes(...new Array<number>(16 * 1246 + 1).fill(0)),
  update([{ index: 32_767, table: 0, bytes: new Uint8Array(28) }]),
  update([{ index: 0, table: 1, bytes: new Uint8Array(28) }]),
  update(PICTURE.first.slice(1), { keyframe: true }),
];

/** The most tiles that a picture may have, each as small as it may be: 1 MB on the wire. */
const many = Array.from({ length: 32_768 }, (_, index) => ({
  index,
  table: 0,
  bytes: new Uint8Array(28),
}));

const after = (before: readonly Payload[], cases: readonly (readonly Payload[])[]) =>
  conversations(
    cases.map((messages) => ({ role: "producer", sends: [...before, ...messages] })),
    8,
  );

const begun: readonly Payload[] = [VALID.stream, VALID.keyframe];
const jpegStream = (width: number, height: number) =>
  encodeControl({ type: "stream", epoch: 1, stream: { codec: "jpeg", width, height, tables: [] } });
const asTile = (bytes: Uint8Array) => update([{ index: 0, table: 0, bytes }], { keyframe: true });

export const updateAttacks: Attacks = {
  "updates that are broken": {
    allowed: ["4400"],
    run: after(
      begun,
      broken.map((message) => [message]),
    ),
  },
  "epochs that do not grow, keyframes of another": {
    allowed: ["4400"],
    run: after(begun, [
      [VALID.stream],
      [encodeControl({ type: "stream", epoch: 0, stream: PICTURE.stream })],
      [described(64, 64), VALID.keyframe],
      [described(64, 64), update(PICTURE.first, { keyframe: true, epoch: 2 })],
    ]),
  },
  "sizes that no picture has": {
    allowed: ["4400", "4413"],
    run: after(
      begun,
      [
        [0, 8],
        [8193, 1],
        [1, 8193],
        [8192, 4097],
        [8192, 8192],
        [65_535, 65_535],
        [65_536, 1],
        [1e9, 1e9],
      ].map(([width = 0, height = 0]) => [described(width, height)]),
    ),
  },
  "the largest size, over and over, without a picture": {
    allowed: ["open", "4429"],
    run: after(begun, [Array.from({ length: 100 }, (_, i) => described(8192, 4096 - i, i + 2))]),
  },
  "32,768 empty tiles, over and over, without waiting for acks": {
    allowed: ["4429", "open"],
    run: after(
      [described(8192, 4096)],
      [new Array(30).fill(update(many, { keyframe: true, epoch: 2 }))],
    ),
  },
  "JPEGs that are none, or of another size than was said": {
    allowed: ["4400", "4413"],
    run: after(
      [],
      [
        [jpegStream(64, 48), asTile(wholeJpeg(1, 65))],
        [jpegStream(64, 48), asTile(wholeJpeg(1).subarray(0, 100))],
        [jpegStream(64, 48), asTile(Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0xff, 0xff))],
        [jpegStream(64, 48), asTile(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xd9))],
        [jpegStream(8193, 48)],
      ],
    ),
  },
  "an update above MAX_MESSAGE_BYTES (4413), one far above (broken off)": {
    allowed: ["4413", "1006"],
    run: after(begun, [[new Uint8Array(2 ** 20 + 1)], [new Uint8Array(2 ** 21)]]),
  },
};
