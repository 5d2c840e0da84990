/** Reading and writing bytes, for all encoders and decoders. */
import { ProtocolError } from "./close.ts";

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function varintLength(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4;
}

/** Writes `value` (0 … 2²⁸ − 1) as an unsigned LEB128 varint. @returns the offset after it */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let offset = at;
  while (rest >= 0x80) {
    bytes[offset++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[offset++] = rest;
  return offset;
}

/** Reads a message from start to end. No read goes beyond the message. */
export class ByteReader {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new ProtocolError("the message ends too early");
    this.at++;
    return value;
  }

  /** Reads an unsigned LEB128 varint of at most 4 bytes, in its shortest form. @throws ProtocolError */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte === 0 && shift > 0) throw new ProtocolError("a number is longer than it need be");
        return value;
      }
    }
    throw new ProtocolError("a number is too long");
  }

  /** Reads the next `length` bytes, as a view. @throws ProtocolError if there are fewer */
  take(length: number): Uint8Array {
    if (length > this.left) throw new ProtocolError("the message ends too early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
