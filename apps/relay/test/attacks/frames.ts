/** WebSocket frames that RFC 6455 forbids, or that never end. */
import { type FrameParts, frame, OPCODE } from "@screen-share/protocol/testing/raw-socket";
import {
  type Attack,
  type Attacks,
  conversations,
  enter,
  inParallel,
  ROLES,
  VALID,
} from "./attack.ts";

const { text, binary, close, more } = OPCODE;

/** Sends the frames as an admitted viewer, and as a producer instead of hello. */
const forbidden = (cases: readonly (readonly FrameParts[])[]) =>
  conversations(
    ROLES.flatMap((role) =>
      cases.map((frames) => ({
        role,
        early: role === "producer",
        sends: [{ frames: Buffer.concat(frames.map(frame)) }],
      })),
    ),
    8,
  );

/** Begins a message, does not end it, and stays. Each case runs four times. */
const unfinished =
  (begun: readonly FrameParts[][]): Attack["run"] =>
  (port) =>
    inParallel([...begun, ...begun, ...begun, ...begun], 64, async (frames) => {
      const raw = await enter(port, "viewer");
      raw.send(...frames);
      await raw.until(() => raw.frames.length > 0);
      await raw.closed;
      return String(raw.closeCode);
    });

export const frameAttacks: Attacks = {
  "frames: unmasked, reserved bits and opcodes, lying lengths": {
    allowed: ["1006", "1002", "1007", "1009"],
    run: forbidden([
      ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [{ opcode, payload: VALID.ping }]),
      ...[1, 2, 4, 7].map((reserved) => [{ opcode: text, payload: VALID.ping, reserved }]),
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
      [{ opcode: binary, claimedLength: Number.MAX_SAFE_INTEGER }],
      [{ opcode: binary, claimedLength: 2 ** 40 }],
      [{ opcode: binary, claimedLength: 2 ** 32 + 5 }],
      [{ opcode: text, claimedLength: 2 ** 31 }],
    ]),
  },
  "frames: unmasked (RFC 6455 §5.1)": {
    allowed: ["1006", "1002", "1007", "4400", "open"],
    run: forbidden([[{ opcode: text, payload: VALID.ping, masked: false }]]),
  },
  "frames: closing, rightly and wrongly": {
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
};

/** These take long, so they run in parallel with the others. */
export const slowFrameAttacks: Attacks = {
  "frames: messages that never end, instead of hello": {
    allowed: ["4408"],
    run: unfinished([
      [],
      [{ opcode: text, payload: "{", final: false }],
      [{ opcode: binary, payload: "{", claimedLength: 4000 }],
      [
        { opcode: text, payload: "{", final: false },
        ...Array.from({ length: 300 }, () => ({ opcode: more, payload: " ", final: false })),
      ],
    ]),
  },
};
