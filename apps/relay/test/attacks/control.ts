/** Control messages that are wrong in every way that JSON allows, and right ones at the wrong time. */
import { encodeAck, encodeControl, type Role } from "@screen-share/protocol";
import { PRODUCER_ID } from "../participants.ts";
import {
  type Attacks,
  conversations,
  freshRoom,
  HALL,
  hello,
  type Payload,
  PICTURE,
  VALID,
} from "./attack.ts";

/** One valid message of each kind. */
const RIGHT: Readonly<Record<Role, readonly Readonly<Record<string, unknown>>[]>> = {
  viewer: [
    { type: "hello", room: HALL, token: "x" },
    { type: "visibility", visible: true },
    { type: "ping", sentAt: 1 },
  ],
  producer: [
    { type: "hello", room: HALL, token: "x", producerId: PRODUCER_ID, name: "n", gen: "g" },
    { type: "stream", epoch: 1, stream: PICTURE.stream },
    { type: "status", state: "paused" },
    { type: "ping", sentAt: 1 },
  ],
};

/** Values for any member, as JSON. */
const WRONG = [
  "null",
  "true",
  "-1",
  "1.5",
  "1e999",
  "-0",
  '""',
  '"\\u0000\\ud800"',
  `"${"x".repeat(3000)}"`,
  "[]",
  "{}",
  `${"[".repeat(1500)}${"]".repeat(1500)}`,
  `${'{"a":'.repeat(500)}1${"}".repeat(500)}`,
  '{"__proto__":{"room":"hall"}}',
  '{"constructor":{"prototype":{"visible":true}}}',
  '["hello"]',
  '{"toString":1,"valueOf":1}',
];

const NONSENSE = [
  "",
  " ",
  "null",
  "0",
  "[]",
  "{}",
  '"hello"',
  "{",
  '{"type":',
  "undefined",
  "NaN",
  '{"type":"__proto__"}',
  '{"type":"constructor"}',
  '{"type":"toString","sentAt":1}',
  '{"__proto__":{"type":"ping","sentAt":1}}',
  '{"constructor":{"type":"ping"},"prototype":1}',
  '{"type":"welcome","room":"hall"}',
  "[".repeat(4000),
  `${"[".repeat(2000)}${"]".repeat(2000)}`,
  "\u2028{}",
  "\ufeff{}",
];

function wrongMembers(role: Role): string[] {
  return RIGHT[role].flatMap((message) =>
    Object.keys(message).flatMap((member) =>
      WRONG.map((value) => JSON.stringify({ ...message, [member]: "?" }).replace('"?"', value)),
    ),
  );
}

const later = (role: Role) => RIGHT[role].filter(({ type }) => type !== "hello");

const extraMembers = (role: Role) =>
  later(role).map((message) =>
    JSON.stringify(message).replace("{", '{"__proto__":{"type":"hello"},"constructor":0,'),
  );

const each = (role: Role, messages: readonly Payload[], early = false) =>
  conversations(messages.map((message) => ({ role, sends: [message], early })));

const early = (role: Role, messages: readonly Payload[]) => each(role, messages, true);

const badTokens = (role: Role) =>
  ["", "x", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é".repeat(100), "x".repeat(3500)].map(
    (token) => JSON.stringify({ ...RIGHT[role][0], token }),
  );

const attacksBy = (role: Role): Attacks => ({
  [`${role}: members of wrong types`]: {
    allowed: ["4400", "4413", "open"],
    run: each(role, wrongMembers(role)),
  },
  [`${role}: no control messages at all`]: { allowed: ["4400"], run: each(role, NONSENSE) },
  [`${role}: extra members named like prototypes`]: {
    allowed: ["open"],
    run: each(role, extraMembers(role)),
  },
  [`${role}: the right messages before hello`]: {
    allowed: ["4400"],
    run: early(role, [
      ...later(role).map((message) => JSON.stringify(message)),
      encodeAck(0),
      VALID.keyframe,
    ]),
  },
  [`${role}: a second hello`]: { allowed: ["4400"], run: each(role, [hello(role, HALL)]) },
  [`${role}: hello and more at once, unverified`]: {
    allowed: ["4400"],
    run: early(role, [hello(role, freshRoom())]),
  },
  [`${role}: invalid tokens`]: {
    allowed: ["4400", "4401", "4403"],
    run: early(role, badTokens(role)),
  },
});

export const controlAttacks: Attacks = {
  ...attacksBy("viewer"),
  ...attacksBy("producer"),
  "viewer: what only producers send, text for binary and the reverse": {
    allowed: ["4400"],
    run: each("viewer", [
      VALID.keyframe,
      encodeControl({ type: "status", state: "stopped" }),
      VALID.stream,
      Buffer.from(VALID.ping),
      "\u0002\u0000\u0000\u0000\u0000",
      encodeAck(2 ** 32 - 1),
      new Uint8Array(0),
      Uint8Array.of(2, 1, 0, 0, 0, 0),
    ]),
  },
  "viewer: messages above 4096 (4413), far above (broken off)": {
    allowed: ["4413", "1006"],
    run: each("viewer", ["x".repeat(4097), new Uint8Array(4097), "x".repeat(100_000)]),
  },
  "producer: control messages above 16,384 (4413)": {
    allowed: ["4413"],
    run: each("producer", [`"${"x".repeat(16_384)}"`, "[".repeat(100_000)]),
  },
};
