/** Valid messages in excess, and clients that never read. */
import { encodeAck, type Role } from "@screen-share/protocol";
import {
  type FrameParts,
  frame,
  OPCODE,
  RawSocket,
} from "@screen-share/protocol/testing/raw-socket";
import { wholeJpeg } from "../participants.ts";
import { handMade } from "../tokens.ts";
import {
  type Attacks,
  enter,
  freshRoom,
  HALL,
  inParallel,
  PICTURE,
  ROLES,
  update,
  VALID,
} from "./attack.ts";

/** The most rooms of the relay under attack; one of them is the hall. */
export const MAX_ROOMS = 100;
const NAMES = 10_000;
const FLOOD_BYTES = 8 * 2 ** 20;
const FLOOD_FRAMES = 5000;
const STUCK_MS = 3000;
/** The relay gives up viewers that it has not heard from for 15 s. */
const SIGN_OF_LIFE_MS = 1000;

const { text, binary } = OPCODE;

const repeated = (parts: FrameParts) =>
  Buffer.concat(new Array<Buffer>(FLOOD_FRAMES).fill(frame(parts)));
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const get = (path: string, method = "GET") => `${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

interface Flood {
  readonly role: Role;
  /** Undefined for a client that is not admitted. */
  readonly room?: string;
  readonly bytes: Buffer;
}

const FLOODS: readonly Flood[] = [
  ...[OPCODE.ping, OPCODE.pong].flatMap((opcode) =>
    ["", "x".repeat(125)].flatMap((payload) =>
      ROLES.map((role) => ({ role, bytes: repeated({ opcode, payload }) })),
    ),
  ),
  { role: "viewer", room: HALL, bytes: repeated({ opcode: binary, payload: encodeAck(0) }) },
  { role: "viewer", room: HALL, bytes: repeated({ opcode: text, payload: VALID.ping }) },
  { role: "producer", room: freshRoom(), bytes: repeated({ opcode: text, payload: VALID.ping }) },
];

/** The most that a producer may send, and then not even a pong, so that the relay gives it up for its silence. */
const UPDATES: Flood = {
  role: "producer",
  // No other attacker uses this room.
  room: "flooded",
  bytes: Buffer.concat([
    frame({ opcode: text, payload: VALID.stream }),
    frame({ opcode: binary, payload: VALID.keyframe }),
    repeated({ opcode: binary, payload: update(PICTURE.second) }),
  ]),
};

async function flooded(port: number, { role, room, bytes }: Flood): Promise<string> {
  const raw = await enter(port, role, room);
  raw.write(bytes);
  await raw.until(() => raw.frames.some(({ opcode }) => opcode === OPCODE.close));
  raw.destroy();
  return String(raw.closeCode);
}

/** Requests as fast as the socket takes it, and reads nothing. */
async function stuck(port: number, begin: string, piece: Buffer): Promise<string> {
  const raw = await RawSocket.open(port);
  raw.socket.pause();
  raw.write(begin);
  const until = performance.now() + STUCK_MS;
  for (let sent = 0; performance.now() < until && raw.socket.writable; ) {
    if (raw.socket.writableLength < 2 ** 20 && sent < FLOOD_BYTES) {
      raw.write(piece);
      sent += piece.length;
    }
    await sleep(5);
  }
  raw.destroy();
  return "never read";
}

async function stuckViewer(port: number): Promise<string> {
  const raw = await enter(port, "viewer", HALL);
  raw.socket.pause();
  await sleep(STUCK_MS);
  raw.destroy();
  return "never read";
}

async function neverReading(port: number): Promise<string[]> {
  const room = freshRoom();
  const token = handMade({ role: "producer", room });
  const path = `/ws/producer?room=${room}&token=${token}`;
  const producer = await RawSocket.upgraded(port, { path, plain: true });
  producer.send({ opcode: binary, payload: wholeJpeg(1, 2000) });
  const query = `room=${room}&token=${handMade({ room })}`;
  const endless = [get(`/snapshot.jpg?${query}`), get("/"), get("/", "HEAD"), get("/nothing")];
  const tries = [[get(`/stream.mjpeg?${query}`), ""], ...endless.map((one) => [one, one])];
  const outcomes = await Promise.all([
    ...Array.from({ length: 10 }, () => stuckViewer(port)),
    ...[...tries, ...tries].map(([begin = "", piece = ""]) =>
      stuck(port, begin, Buffer.from(piece.repeat(500))),
    ),
  ]);
  producer.destroy();
  return outcomes;
}

/** Takes all rooms that there may be, each held by a viewer, and then requests thousands more. */
async function names(port: number): Promise<string[]> {
  const held: RawSocket[] = [];
  // However busy the machine, the rooms must be held until the last name has been tried.
  const alive = setInterval(() => {
    for (const raw of held) raw.send({ opcode: OPCODE.pong });
  }, SIGN_OF_LIFE_MS);
  while (held.length < MAX_ROOMS - 1) {
    const raw = await enter(port, "viewer", `name-${held.length}`);
    // Rooms of other attackers are forgotten within moments. Until then a viewer may be refused, with a reason as text (P-43).
    if (raw.frames[0]?.payload.includes("welcome")) held.push(raw);
  }
  const late = await enter(port, "viewer", "late");
  await late.until(() => late.frames.some(({ opcode }) => opcode === OPCODE.close));
  const outcomes = [String(late.closeCode)];
  const per = 100;
  await inParallel([...new Array(NAMES / per).keys()], 4, async (batch) => {
    const raw = await RawSocket.open(port);
    for (let i = 0; i < per; i++) {
      const room = `late-${batch}-${i}`;
      raw.write(get(`/stream.mjpeg?room=${room}&token=${handMade({ room })}`));
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

export const floodAttacks: Attacks = {
  "floods of pings, pongs, acks and control messages": {
    // The network may break the connection of a client that keeps sending before it has read the reason.
    allowed: ["4429", "1006"],
    run: (port) => inParallel(FLOODS, 4, (flood) => flooded(port, flood)),
  },
  "clients that never read: sockets in the hall, pings, pages, snapshots, streams": {
    allowed: ["never read"],
    run: neverReading,
  },
};

/** These take long, so they run in parallel with the others. */
export const slowFloodAttacks: Attacks = {
  "floods of updates, and then silence": {
    allowed: ["4429", "1006"],
    run: async (port) => [await flooded(port, UPDATES)],
  },
};

/** To be run when no other attacker has a room. */
export const namesAttacks: Attacks = {
  [`${NAMES.toLocaleString("en")} names of rooms, of which ${MAX_ROOMS} may exist`]: {
    allowed: ["4429", "503"],
    run: names,
  },
};
