/** Control messages that are wrong in every way that JSON allows, and right ones at the wrong time. */
import type { Role } from "@screen-share/protocol";
import { encodeAck, encodeControl, encodeUpdate } from "@screen-share/protocol";
import { PRODUCER_ID, picturePair } from "../participants.ts";
import { type Attack, freshRoom, HALL, hello, inParallel, type Said, talk } from "./attack.ts";

const { stream, first } = picturePair();
const update = encodeUpdate({
  keyframe: true,
  cut: false,
  epoch: 1,
  capturedAt: 0,
  encodedAt: 0,
  relayedAt: 0,
  tiles: first,
});

/** One right message of each kind. */
const RIGHT: Readonly<Record<Role, readonly Readonly<Record<string, unknown>>[]>> = {
  viewer: [
    { type: "hello", room: HALL, token: "x" },
    { type: "visibility", visible: true },
    { type: "ping", sentAt: 1 },
  ],
  producer: [
    { type: "hello", room: HALL, token: "x", producerId: PRODUCER_ID, name: "n", gen: "g" },
    { type: "stream", epoch: 1, stream },
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

/** No messages at all. */
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

const extraMembers = (role: Role) =>
  RIGHT[role]
    .filter(({ type }) => type !== "hello")
    .map((message) =>
      JSON.stringify(message).replace("{", '{"__proto__":{"type":"hello"},"constructor":0,'),
    );

function each(role: Role, messages: readonly Said[]): (port: number) => Promise<string[]> {
  return (port) =>
    inParallel(messages, 16, (message) =>
      talk(
        port,
        { path: `/ws/${role}` },
        { first: hello(role, role === "viewer" ? HALL : freshRoom()), said: [message] },
      ),
    );
}

/** What comes before hello, where only hello may be. */
function early(role: Role, messages: readonly Said[]): (port: number) => Promise<string[]> {
  return (port) =>
    inParallel(messages, 16, (message) => talk(port, { path: `/ws/${role}` }, { said: [message] }));
}

const both = ["viewer", "producer"] as const;

export const controlAttacks: readonly Attack[] = [
  ...both.flatMap((role): Attack[] => [
    {
      name: `${role}: members of wrong types`,
      allowed: ["4400", "4413", "open"],
      run: each(role, wrongMembers(role)),
    },
    {
      name: `${role}: no control messages at all`,
      allowed: ["4400"],
      run: each(role, NONSENSE),
    },
    {
      name: `${role}: further members named as prototypes`,
      allowed: ["open"],
      run: each(role, extraMembers(role)),
    },
    {
      name: `${role}: the right messages before hello`,
      allowed: ["4400"],
      run: early(role, [
        ...RIGHT[role].filter(({ type }) => type !== "hello").map((said) => JSON.stringify(said)),
        encodeAck(0),
        update,
      ]),
    },
    {
      name: `${role}: a second hello`,
      allowed: ["4400"],
      run: each(role, [hello(role, HALL)]),
    },
    {
      name: `${role}: hello and more at once, unverified`,
      allowed: ["4400"],
      run: early(role, [hello(role, freshRoom())]),
    },
    {
      name: `${role}: tokens of nobody`,
      allowed: ["4400", "4401", "4403"],
      run: early(
        role,
        ["", "x", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é".repeat(100), "x".repeat(3500)].map(
          (token) => JSON.stringify({ ...RIGHT[role][0], token }),
        ),
      ),
    },
  ]),
  {
    name: "viewer: what only producers say, text for binary and the reverse",
    allowed: ["4400"],
    run: each("viewer", [
      update,
      encodeControl({ type: "status", state: "stopped" }),
      encodeControl({ type: "stream", epoch: 1, stream }),
      Buffer.from(encodeControl({ type: "ping", sentAt: 1 })),
      "\u0002\u0000\u0000\u0000\u0000",
      encodeAck(2 ** 32 - 1),
      new Uint8Array(0),
      Uint8Array.of(2, 1, 0, 0, 0, 0),
    ]),
  },
  {
    name: "viewer: messages above 4096 (4413), far above (broken off)",
    allowed: ["4413", "1006"],
    run: each("viewer", ["x".repeat(4097), new Uint8Array(4097), "x".repeat(100_000)]),
  },
  {
    name: "producer: control messages above 16,384 (4413)",
    allowed: ["4413"],
    run: each("producer", [`"${"x".repeat(16_384)}"`, "[".repeat(100_000)]),
  },
];
