/**
 * The binary messages: an update carries tiles over a hop, and an ack reports how many updates were applied (P-20 … P-25).
 *
 *   update   0      1       2          6             14            22            30
 *            ┌──────┬───────┬──────────┬─────────────┬─────────────┬─────────────┬───────┬─────────┬───────┐
 *            │ 0x01 │ flags │ epoch    │ capturedAt  │ encodedAt   │ relayedAt   │ count │ entries │ bytes │
 *            │ u8   │ u8    │ u32 LE   │ f64 LE ms   │ f64 LE ms   │ f64 LE ms   │ varint│ …       │ …     │
 *            └──────┴───────┴──────────┴─────────────┴─────────────┴─────────────┴───────┴─────────┴───────┘
 *            entry: index gap (varint), table (varint), length (varint); bytes: those of the tiles, in the same order
 *
 *   ack      0x02 u8, count u32 LE
 */

import { MAX_TILES } from "../picture/geometry.ts";
import { ByteReader, varintLength, writeVarint } from "./bytes.ts";
import { ProtocolError } from "./close.ts";

const UPDATE = 1;
const ACK = 2;
const KEYFRAME = 1;
const CUT = 2;
const HEADER_BYTES = 30;
const ACK_BYTES = 5;
/** The fewest bytes that a tile takes: three varints and one byte of data. */
const MIN_TILE_BYTES = 4;

export interface Tile {
  readonly index: number;
  /** The index of its quantisation tables in the stream's description. 0 if that has none. */
  readonly table: number;
  readonly bytes: Uint8Array;
}

/** The times of an update, ms on the relay's clock. 0 if unknown. */
export interface Times {
  readonly capturedAt: number;
  readonly encodedAt: number;
  readonly relayedAt: number;
}

export interface Update extends Times {
  /** Whether it has every tile of the picture. */
  readonly keyframe: boolean;
  /** Whether it has only part of what changed, and more will follow. */
  readonly cut: boolean;
  /** That of the `stream` message that describes it, on this hop; u32. */
  readonly epoch: number;
  /** In ascending order of index, each index once. */
  readonly tiles: readonly Tile[];
}

export function encodeUpdate(update: Update): Uint8Array<ArrayBuffer> {
  let length = HEADER_BYTES + varintLength(update.tiles.length);
  let next = 0;
  for (const { index, table, bytes } of update.tiles) {
    length += varintLength(index - next) + varintLength(table) + varintLength(bytes.length);
    length += bytes.length;
    next = index + 1;
  }
  const message = new Uint8Array(length);
  const view = new DataView(message.buffer);
  message[0] = UPDATE;
  message[1] = (update.keyframe ? KEYFRAME : 0) | (update.cut ? CUT : 0);
  view.setUint32(2, update.epoch, true);
  view.setFloat64(6, update.capturedAt, true);
  view.setFloat64(14, update.encodedAt, true);
  view.setFloat64(22, update.relayedAt, true);
  let at = writeVarint(message, HEADER_BYTES, update.tiles.length);
  next = 0;
  for (const { index, table, bytes } of update.tiles) {
    at = writeVarint(message, at, index - next);
    at = writeVarint(message, at, table);
    at = writeVarint(message, at, bytes.length);
    next = index + 1;
  }
  for (const { bytes } of update.tiles) {
    message.set(bytes, at);
    at += bytes.length;
  }
  return message;
}

/** Decodes an update. The tiles' bytes are views of the message, and `FrameStore` checks whether they fit. @throws ProtocolError */
export function decodeUpdate(message: Uint8Array): Update {
  if (message[0] !== UPDATE || message.length <= HEADER_BYTES) {
    throw new ProtocolError("this binary message is not an update");
  }
  const flags = message[1] ?? 0;
  const keyframe = (flags & KEYFRAME) !== 0;
  const cut = (flags & CUT) !== 0;
  if (flags > (KEYFRAME | CUT) || (keyframe && cut)) {
    throw new ProtocolError("an update has impossible flags");
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const reader = new ByteReader(message);
  reader.at = HEADER_BYTES;
  const count = reader.varint();
  // Checked before entries are created: many tiny ones would take a hundred times the memory of the message.
  if (count > MAX_TILES || count * MIN_TILE_BYTES > reader.left) {
    throw new ProtocolError("an update promises more tiles than it can hold");
  }
  const entries: { index: number; table: number; length: number }[] = [];
  let next = 0;
  for (let i = 0; i < count; i++) {
    const index = next + reader.varint();
    if (index >= MAX_TILES) throw new ProtocolError("a tile's index is too large");
    const table = reader.varint();
    const length = reader.varint();
    if (length === 0) throw new ProtocolError("a tile has no bytes");
    entries.push({ index, table, length });
    next = index + 1;
  }
  const tiles = entries.map(({ index, table, length }) => ({
    index,
    table,
    bytes: reader.take(length),
  }));
  if (reader.left > 0) throw new ProtocolError("an update has bytes after its end");
  return {
    keyframe,
    cut,
    epoch: view.getUint32(2, true),
    capturedAt: readTime(view, 6),
    encodedAt: readTime(view, 14),
    relayedAt: readTime(view, 22),
    tiles,
  };
}

function readTime(view: DataView, at: number): number {
  const time = view.getFloat64(at, true);
  if (!Number.isFinite(time) || time < 0)
    throw new ProtocolError("an update has an impossible time");
  return time;
}

/** Encodes an ack: `count` updates of this connection were applied. */
export function encodeAck(count: number): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(ACK_BYTES);
  message[0] = ACK;
  new DataView(message.buffer).setUint32(1, count, true);
  return message;
}

/** Decodes an ack. @returns how many updates of this connection the peer has applied. @throws ProtocolError */
export function decodeAck(message: Uint8Array): number {
  if (message[0] !== ACK || message.length !== ACK_BYTES) {
    throw new ProtocolError("this binary message is not an ack");
  }
  // Little-endian. Acks come for every update and viewer, and a DataView would be garbage at once.
  let count = 0;
  for (let i = ACK_BYTES - 1; i > 0; i--) count = count * 256 + (message[i] ?? 0);
  return count;
}
