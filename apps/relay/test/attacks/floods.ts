/** Too much of what is right, and clients that never read. */
import { encodeAck, encodeControl, encodeUpdate } from "@screen-share/protocol";
import { picturePair, wholeJpeg } from "../participants.ts";
import { handMade } from "../tokens.ts";
import { type Attack, freshRoom, HALL, hello, inParallel, talk } from "./attack.ts";
import { frame, OPCODE, RawSocket } from "./raw-socket.ts";

/** The most rooms of the relay under attack; one of them is the hall. */
export const MAX_ROOMS = 100;
const NAMES = 10_000;
/** What an attacker sends while nobody stops it, bytes. */
const FLOOD_BYTES = 8 * 2 ** 20;
const STUCK_MS = 3000;
/** The relay gives up viewers that it has not heard of for 15 s. */
const SIGN_OF_LIFE_MS = 1000;

const { stream, first, second } = picturePair();
const times = { capturedAt: 1, encodedAt: 2, relayedAt: 0 };
const good = { keyframe: false, cut: false, epoch: 1, ...times } as const;
const ping = encodeControl({ type: "ping", sentAt: 1 });
const delta = encodeUpdate({ ...good, tiles: second });

const repeated = (bytes: Buffer) => Buffer.concat(new Array<Buffer>(5000).fill(bytes));

interface Flood {
  readonly role: "viewer" | "producer";
  readonly first?: string;
  readonly frames: Buffer;
}

const FLOODS: readonly Flood[] = [
  ...[OPCODE.ping, OPCODE.pong].flatMap((opcode) =>
    ["", "x".repeat(125)].flatMap((payload) =>
      (["viewer", "producer"] as const).map((role) => ({
        role,
        frames: repeated(frame({ opcode, payload })),
      })),
    ),
  ),
  {
    role: "viewer",
    first: hello("viewer", HALL),
    frames: repeated(frame({ opcode: OPCODE.binary, payload: encodeAck(0) })),
  },
  {
    role: "viewer",
    first: hello("viewer", HALL),
    frames: repeated(frame({ opcode: OPCODE.text, payload: ping })),
  },
  {
    role: "producer",
    first: hello("producer", freshRoom()),
    frames: repeated(frame({ opcode: OPCODE.text, payload: ping })),
  },
];

/** No more than a producer may send, and then nothing, not even a pong: it is given up when it has been silent for long enough. */
const UPDATES: Flood = {
  role: "producer",
  // Not one that others come to use meanwhile.
  first: hello("producer", "flooded"),
  frames: Buffer.concat([
    frame({ opcode: OPCODE.text, payload: encodeControl({ type: "stream", epoch: 1, stream }) }),
    frame({
      opcode: OPCODE.binary,
      payload: encodeUpdate({ ...good, keyframe: true, tiles: first }),
    }),
    repeated(frame({ opcode: OPCODE.binary, payload: delta })),
  ]),
};

async function flooded(port: number, { role, first: begin, frames }: Flood): Promise<string> {
  const raw = await RawSocket.upgraded(port, { path: `/ws/${role}` });
  if (begin !== undefined) {
    raw.write(frame({ opcode: OPCODE.text, payload: begin }));
    await raw.until(() => raw.frames.length > 0);
  }
  raw.write(frames);
  await raw.until(() => raw.frames.some(({ opcode }) => opcode === OPCODE.close));
  const code = String(raw.closeCode);
  raw.destroy();
  return code;
}

/** Writes for as long as the socket takes it, reads nothing. @returns whether the relay went on taking it */
async function stuck(port: number, begin: Buffer | string, piece: Buffer): Promise<string> {
  const raw = await RawSocket.open(port);
  raw.socket.pause();
  raw.write(begin);
  const until = performance.now() + STUCK_MS;
  for (let sent = 0; performance.now() < until && raw.socket.writable; ) {
    if (raw.socket.writableLength < 2 ** 20 && sent < FLOOD_BYTES) {
      raw.write(piece);
      sent += piece.length;
    }
    await new Promise((next) => setTimeout(next, 5));
  }
  raw.destroy();
  return "never read";
}

/** Rooms as many as there may be, each held by a viewer; then thousands of names more. */
async function names(port: number): Promise<string[]> {
  const held: RawSocket[] = [];
  const outcomes: string[] = [];
  // However busy the machine, the rooms have to be held until the last name has been tried.
  const alive = setInterval(() => {
    for (const raw of held) raw.write(frame({ opcode: OPCODE.pong }));
  }, SIGN_OF_LIFE_MS);
  while (held.length < MAX_ROOMS - 1) {
    const raw = await RawSocket.upgraded(port, { path: "/ws/viewer" });
    raw.write(frame({ opcode: OPCODE.text, payload: hello("viewer", `name-${held.length}`) }));
    await raw.until(() => raw.frames.length > 0);
    // Rooms of other attackers are forgotten within moments. Until then a viewer may be refused, with a reason as text (P-43).
    if (raw.frames[0]?.payload.includes("welcome")) held.push(raw);
  }
  outcomes.push(
    await talk(port, { path: "/ws/viewer" }, { first: hello("viewer", "late"), said: [] }),
  );
  const per = 100;
  const batches = Array.from({ length: NAMES / per }, (_, batch) =>
    Array.from({ length: per }, (_, i) => {
      const room = `late-${batch}-${i}`;
      const asked = `/stream.mjpeg?room=${room}&token=${handMade({ room })}`;
      return `GET ${asked} HTTP/1.1\r\nHost: x\r\n\r\n`;
    }),
  );
  await inParallel(batches, 4, async (requests) => {
    const raw = await RawSocket.open(port);
    for (const [i, request] of requests.entries()) {
      raw.write(request);
      await raw.until(() => raw.statuses.length > i);
    }
    outcomes.push(...raw.statuses.map(String));
    raw.destroy();
    return "";
  });
  clearInterval(alive);
  for (const raw of held) raw.destroy();
  await Promise.all(held.map(({ closed }) => closed));
  return outcomes;
}

export const floodAttacks: readonly Attack[] = [
  {
    name: "floods of pings, pongs, acks and control messages",
    // Of a client that goes on sending the network may break the connection before it has read why.
    allowed: ["4429", "1006"],
    run: (port) => inParallel(FLOODS, 4, (flood) => flooded(port, flood)),
  },
  {
    name: "clients that never read: sockets in the hall, pings, pages, snapshots, streams",
    allowed: ["never read"],
    run: async (port) => {
      const room = freshRoom();
      const producer = await RawSocket.upgraded(port, {
        path: `/ws/producer?room=${room}&token=${handMade({ role: "producer", room })}`,
        plain: true,
      });
      producer.write(frame({ opcode: OPCODE.binary, payload: wholeJpeg(1, 2000) }));
      const token = handMade({ room });
      const get = (path: string, method = "GET") => `${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
      const snapshot = get(`/snapshot.jpg?room=${room}&token=${token}`);
      const tries: readonly (readonly [string, string])[] = [
        [get(`/stream.mjpeg?room=${room}&token=${token}`), ""],
        [snapshot, snapshot],
        [get("/"), get("/")],
        [get("/", "HEAD"), get("/", "HEAD")],
        [get("/nothing"), get("/nothing")],
      ];
      const sockets = Array.from({ length: 10 }, async () => {
        const raw = await RawSocket.upgraded(port, { path: "/ws/viewer" });
        raw.socket.pause();
        raw.write(frame({ opcode: OPCODE.text, payload: hello("viewer", HALL) }));
        await new Promise((done) => setTimeout(done, STUCK_MS));
        raw.destroy();
        return "never read";
      });
      const outcomes = await Promise.all([
        ...sockets,
        ...tries.flatMap(([begin, piece]) =>
          [1, 2].map(() => stuck(port, begin, Buffer.from(piece.repeat(500)))),
        ),
      ]);
      producer.destroy();
      return outcomes;
    },
  },
];

/** They take their time, and so have theirs: run beside the others. */
export const slowFloodAttacks: readonly Attack[] = [
  {
    name: "floods of updates, and then silence",
    allowed: ["4429", "1006"],
    run: async (port) => [await flooded(port, UPDATES)],
  },
];

/** It takes all the rooms that there may be: to be run when nobody else has one. */
export const namesAttack: Attack = {
  name: `${NAMES.toLocaleString("en")} names of rooms, where ${MAX_ROOMS} may be`,
  allowed: ["4429", "503"],
  run: names,
};
