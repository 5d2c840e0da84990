import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CLOSE,
  CLOSING_REASONS,
  CLOSINGS,
  closeMeaning,
  closingError,
  encodeControl,
  endOf,
  ProtocolError,
  parseProducerMessage,
  parseToProducerMessage,
  parseToViewerMessage,
  parseViewerMessage,
} from "../index.ts";

const producerId = "0123456789abcdef0123456789abcdef";
const table = Array.from({ length: 64 }, (_, i) => i + 1);
const stream = {
  codec: "jpeg-tiles",
  width: 1920,
  height: 1080,
  tables: [{ luma: table, chroma: table }],
} as const;

describe("control messages (P-10 … P-14)", () => {
  it.each([
    [parseProducerMessage, { type: "hello", room: "main", producerId }],
    [parseProducerMessage, { type: "stream", epoch: 4294967295, stream }],
    [parseProducerMessage, { type: "status", state: "paused" }],
    [parseToProducerMessage, { type: "welcome", room: "main", viewerLink: "/" }],
    [parseToProducerMessage, { type: "refresh" }],
    [parseToProducerMessage, { type: "closing", reason: "expired" }],
    [parseViewerMessage, { type: "visibility", visible: false }],
    [parseViewerMessage, { type: "ping", sentAt: 1.5 }],
    [parseToViewerMessage, { type: "producer", state: "offline", since: 5 }],
    [parseToViewerMessage, { type: "pong", sentAt: 1.5, relayAt: 2 }],
    [parseToViewerMessage, { type: "closing", reason: "too-many-attempts" }],
  ])("are decoded to what was encoded", (parse, message) => {
    expect(parse(JSON.stringify(message))).toEqual(message);
  });

  it("default to the room main", () => {
    expect(parseViewerMessage('{"type":"hello"}')).toEqual({ type: "hello", room: "main" });
  });

  it.each([
    '{"type":"hello","room":"a/b"}',
    '{"type":"hello","room":""}',
    '{"type":"hello","room":7}',
    `{"type":"hello","token":"${"x".repeat(4097)}"}`,
    '{"type":"visibility","visible":1}',
    '{"type":"ping","sentAt":-1}',
    '{"type":"ping","sentAt":1e999}',
    '{"type":"nonsense"}',
    '{"type":"__proto__"}',
    '{"__proto__":{"type":"ping","sentAt":1}}',
    "[]",
    "null",
    "7",
    "",
    '{"type":"ping"',
    "[".repeat(10_000),
    " ".repeat(20_000),
  ])("are refused with a typed error: %.40s", (text) => {
    expect(() => parseViewerMessage(text)).toThrow(ProtocolError);
  });

  it("refuse impossible streams", () => {
    for (const wrong of [
      { width: 0 },
      { width: 65_536 },
      { height: 1.5 },
      { tables: [] },
      { tables: new Array(5).fill(stream.tables[0]) },
      { tables: [{ luma: table.slice(1), chroma: table }] },
      { tables: [{ luma: [0, ...table.slice(1)], chroma: table }] },
      { codec: "gif" },
    ]) {
      const text = JSON.stringify({ type: "stream", epoch: 1, stream: { ...stream, ...wrong } });
      expect(() => parseProducerMessage(text)).toThrow(ProtocolError);
      expect(() => parseToViewerMessage(text)).toThrow(ProtocolError);
    }
  });

  it("of an unknown type are ignored by clients, but invalid ones are refused", () => {
    expect(parseToViewerMessage('{"type":"pointer","x":1}')).toBeUndefined();
    expect(parseToProducerMessage('{"type":"pointer","x":1}')).toBeUndefined();
    expect(() => parseToViewerMessage('{"type":"viewers","count":-1}')).toThrow(ProtocolError);
    expect(() => parseToViewerMessage('{"type":7}')).toThrow(ProtocolError);
  });

  it("yield a message or a typed error for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const parse of [
          parseProducerMessage,
          parseToProducerMessage,
          parseViewerMessage,
          parseToViewerMessage,
        ]) {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never repeat the peer's text in an error", () => {
    const secret = "hunter2-hunter2-hunter2";
    try {
      parseViewerMessage(encodeControl({ type: "hello", room: `/${secret}` }));
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain(secret);
    }
  });
});

describe("close codes (P-40)", () => {
  it("determine whether reconnecting can help", () => {
    for (const code of [4000, 4408, 4429, 1012, 1001, 1006]) {
      expect(closeMeaning(code).retryable).toBe(true);
    }
    for (const code of [4001, 4400, 4401, 4403, 4413]) {
      expect(closeMeaning(code).retryable).toBe(false);
    }
  });
});

describe("typed closing reasons (P-43)", () => {
  it("have these bytes on the wire", () => {
    expect(CLOSING_REASONS.map((reason) => encodeControl({ type: "closing", reason }))).toEqual([
      '{"type":"closing","reason":"expired"}',
      '{"type":"closing","reason":"ended"}',
      '{"type":"closing","reason":"wrong-room"}',
      '{"type":"closing","reason":"wrong-role"}',
      '{"type":"closing","reason":"room-full"}',
      '{"type":"closing","reason":"relay-full"}',
      '{"type":"closing","reason":"too-many-attempts"}',
    ]);
  });

  it("keep the codes and the texts that older pages compare", () => {
    const errors = CLOSING_REASONS.map((reason) => closingError(reason, " and more"));
    expect(errors.map(({ closeCode, message }) => `${closeCode} ${message}`)).toEqual([
      "4401 the token has expired and more",
      "4401 the link was ended and more",
      "4403 this token is for another room and more",
      "4403 this is no token for a and more",
      "4429 the room is full and more",
      "4429 the relay is full and more",
      "4429 too many attempts and more",
    ]);
    expect(errors.map(({ closing }) => closing)).toEqual(CLOSING_REASONS);
  });

  it("count as none if they are missing or only a newer relay knows them", () => {
    for (const text of ['{"type":"closing"}', '{"type":"closing","reason":"not-invented-yet"}']) {
      for (const parse of [parseToViewerMessage, parseToProducerMessage]) {
        expect(parse(text)).toEqual({ type: "closing", reason: undefined });
      }
    }
  });

  it("hold even if the close frame is lost", () => {
    const lost = { code: 1006, reason: "" };
    expect(endOf(lost, undefined)).toBe(lost);
    for (const reason of CLOSING_REASONS) {
      expect(endOf(lost, reason).code).toBe(CLOSINGS[reason].code);
    }
    expect(endOf(lost, "wrong-role").reason).toBe("wrong role");
    const closed = { code: CLOSE.full, reason: "the room is full: it takes 1 viewers at most" };
    expect(endOf(closed, "room-full")).toEqual(closed);
  });
});
