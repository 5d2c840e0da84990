/** Valid messages with a few bytes flipped, removed, inserted or taken from another message, from a fixed seed. */
import { encodeAck, encodeControl } from "@screen-share/protocol";
import { frame, OPCODE } from "@screen-share/protocol/testing/raw-socket";
import { runs } from "@screen-share/protocol/testing/runs";
import fc from "fast-check";
import {
  type Attack,
  type Attacks,
  conversations,
  freshRoom,
  HALL,
  hello,
  type Payload,
  PICTURE,
  ROLES,
  update,
  VALID,
} from "./attack.ts";

const COUNT = runs(100, 400).numRuns;
const SEED = 20_26;

const updates = [VALID.keyframe, update(PICTURE.second.slice(2, 4)), encodeAck(1)];
const texts = [
  encodeControl({ type: "stream", epoch: 2, stream: PICTURE.stream }),
  encodeControl({ type: "status", state: "paused" }),
  encodeControl({ type: "ping", sentAt: 12.5 }),
  encodeControl({ type: "visibility", visible: false }),
  hello("viewer", HALL),
  hello("producer", freshRoom()),
].map((text) => new TextEncoder().encode(text));

const change = fc.record({
  how: fc.constantFrom("flip", "cut", "splice", "insert"),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.integer({ min: 1, max: 40 }),
  byte: fc.nat(255),
  from: fc.nat(updates.length - 1),
});

function mutated(messages: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      which: fc.nat(messages.length - 1),
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    })
    .map(({ which, changes }) => {
      let bytes = [...(messages[which] ?? [])];
      for (const { how, at, length, byte, from } of changes) {
        const place = Math.floor(at * bytes.length);
        if (how === "flip") bytes[place] = (bytes[place] ?? 0) ^ (byte || 1);
        else if (how === "cut") bytes.splice(place, length);
        else if (how === "insert") bytes.splice(place, 0, ...new Array<number>(length).fill(byte));
        else
          bytes = [...bytes.slice(0, place), ...(messages[from] ?? VALID.keyframe).subarray(place)];
      }
      return Uint8Array.from(bytes);
    });
}

function sample(messages: readonly Uint8Array[], opcode: number, seed: number): Payload[] {
  return fc
    .sample(mutated(messages), { numRuns: COUNT, seed })
    .map((payload) => ({ frames: frame({ opcode, payload }) }));
}

const all = [...sample(updates, OPCODE.binary, SEED), ...sample(texts, OPCODE.text, SEED + 1)];
const hellos = sample(texts.slice(-2), OPCODE.text, SEED + 2).slice(0, COUNT / 2);
const mutationsOf = (role: "viewer" | "producer"): Attack => ({
  // 1006: the text is not UTF-8 any more.
  allowed: ["4400", "4413", "open", "1006"],
  run: conversations(
    all.map((message) => ({
      role,
      sends: role === "viewer" ? [message] : [VALID.stream, VALID.keyframe, message],
    })),
  ),
});

export const mutationAttacks: Attacks = {
  "viewer: mutated updates, acks and control messages": mutationsOf("viewer"),
  "producer: mutated updates, acks and control messages": mutationsOf("producer"),
  "hello: mutated, from clients that are not admitted": {
    allowed: ["4400", "4401", "4403", "4413", "open", "1006", "4000"],
    run: conversations(
      ROLES.flatMap((role) => hellos.map((message) => ({ role, sends: [message], early: true }))),
    ),
  },
};
