/** WebSocket frames that RFC 6455 forbids, or that never end. */
import { encodeControl } from "@screen-share/protocol";
import { type Attack, HALL, hello, inParallel, talk } from "./attack.ts";
import { type FrameParts, frame, OPCODE, RawSocket } from "./raw-socket.ts";

const ping = encodeControl({ type: "ping", sentAt: 1 });
const { text, binary, close, more } = OPCODE;

function forbidden(
  frames: readonly (readonly FrameParts[])[],
): (port: number) => Promise<string[]> {
  return (port) =>
    inParallel(
      (["viewer", "producer"] as const).flatMap((role) => frames.map((each) => ({ role, each }))),
      8,
      ({ role, each }) =>
        talk(
          port,
          { path: `/ws/${role}` },
          {
            ...(role === "viewer" ? { first: hello(role, HALL) } : {}),
            said: [{ frames: Buffer.concat(each.map(frame)) }],
          },
        ),
    );
}

/** Begins something that it does not end, and stays. */
function unfinished(begun: readonly FrameParts[][]): (port: number) => Promise<string[]> {
  return (port) =>
    inParallel(
      begun.flatMap((each) => [each, each, each, each]),
      64,
      async (each) => {
        const raw = await RawSocket.upgraded(port, { path: "/ws/viewer" });
        raw.write(Buffer.concat(each.map(frame)));
        await raw.until(() => raw.frames.length > 0);
        const code = String(raw.closeCode);
        await raw.closed;
        return code;
      },
    );
}

export const frameAttacks: readonly Attack[] = [
  {
    name: "frames: unmasked, reserved bits and opcodes, lying lengths",
    allowed: ["1006", "1002", "1007", "1009"],
    run: forbidden([
      ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [{ opcode, payload: ping }]),
      ...[1, 2, 4, 7].map((reserved) => [{ opcode: text, payload: ping, reserved }]),
      [{ opcode: OPCODE.ping, payload: "x".repeat(126) }],
      [{ opcode: OPCODE.ping, payload: "x", final: false }],
      [{ opcode: more, payload: "x" }],
      [
        { opcode: text, payload: "{", final: false },
        { opcode: text, payload: "}" },
      ],
      [{ opcode: text, payload: Uint8Array.of(0xff, 0xfe) }],
      [{ opcode: text, payload: Uint8Array.of(0xc0, 0x80) }],
      [{ opcode: text, payload: Uint8Array.of(0xed, 0xa0, 0x80) }],
      [{ opcode: binary, saidLength: Number.MAX_SAFE_INTEGER }],
      [{ opcode: binary, saidLength: 2 ** 40 }],
      [{ opcode: binary, saidLength: 2 ** 32 + 5 }],
      [{ opcode: text, saidLength: 2 ** 31 }],
    ]),
  },
  {
    name: "frames: unmasked (RFC 6455 §5.1)",
    allowed: ["1006", "1002", "1007", "4400", "open"],
    run: forbidden([[{ opcode: text, payload: ping, masked: false }]]),
  },
  {
    name: "frames: closing, rightly and wrongly",
    allowed: ["1000", "1005", "1006", "1002", "1007", "3000"],
    run: forbidden([
      [{ opcode: close }],
      [{ opcode: close, payload: "x" }],
      ...[0, 999, 1000, 1004, 1005, 1006, 1015, 2999, 3000, 5000, 65_535].map((code) => [
        { opcode: close, payload: Uint8Array.of(code >> 8, code & 255) },
      ]),
      [{ opcode: close, payload: Uint8Array.of(3, 232, 0xff, 0xfe) }],
      [{ opcode: close, payload: Buffer.concat([Buffer.of(3, 232), Buffer.alloc(124)]) }],
    ]),
  },
];

/** They take their time, and so have theirs: run beside the others. */
export const slowFrameAttacks: readonly Attack[] = [
  {
    name: "frames: messages that never end, instead of hello",
    allowed: ["4408"],
    run: unfinished([
      [],
      [{ opcode: text, payload: "{", final: false }],
      [{ opcode: binary, payload: "{", saidLength: 4000 }],
      [
        { opcode: text, payload: "{", final: false },
        ...Array.from({ length: 300 }, () => ({ opcode: more, payload: " ", final: false })),
      ],
    ]),
  },
];
