/** What an attack is, how an attacker talks to the relay, and the valid messages that attacks begin with. */
import {
  encodeControl,
  encodeUpdate,
  type Role,
  type Tile,
  type Update,
} from "@screen-share/protocol";
import { frame, OPCODE, RawSocket } from "@screen-share/protocol/testing/raw-socket";
import { PRODUCER_ID, picturePair } from "../participants.ts";
import { handMade } from "../tokens.ts";

/** The room whose members must not notice anything. */
export const HALL = "hall";
export const ROLES = ["viewer", "producer"] as const;

export interface Attack {
  /** Permitted outcomes: close codes, HTTP statuses, "open" for a connection that continues, "silence". */
  readonly allowed: readonly string[];
  readonly run: (port: number) => Promise<readonly string[]>;
}
export type Attacks = Readonly<Record<string, Attack>>;

export const PICTURE = picturePair();

/** An update of epoch 1. */
export function update(tiles: readonly Tile[], overrides: Partial<Update> = {}) {
  const times = { capturedAt: 1, encodedAt: 2, relayedAt: 0 };
  return encodeUpdate({ keyframe: false, cut: false, epoch: 1, ...times, tiles, ...overrides });
}

export const VALID = {
  ping: encodeControl({ type: "ping", sentAt: 1 }),
  stream: encodeControl({ type: "stream", epoch: 1, stream: PICTURE.stream }),
  keyframe: update(PICTURE.first, { keyframe: true }),
} as const;

/** More rooms than attackers use at a time, and fewer than the relay may have. */
const ROOMS = 60;
let rooms = 0;
/** A room without members. */
export const freshRoom = () => `attack-${++rooms % ROOMS}`;

/** The first message of a client that is admitted. */
export function hello(role: Role, room: string): string {
  const token = handMade({ role, room });
  return role === "viewer"
    ? encodeControl({ type: "hello", room, token })
    : encodeControl({ type: "hello", room, token, producerId: PRODUCER_ID });
}

/** Opens a WebSocket, sends a hello, and waits for the answer. Without a room it only opens it. */
export async function enter(port: number, role: Role, room?: string): Promise<RawSocket> {
  const raw = await RawSocket.upgraded(port, { path: `/ws/${role}` });
  if (room === undefined) return raw;
  raw.send({ opcode: OPCODE.text, payload: hello(role, room) });
  await raw.until(() => raw.frames.length > 0);
  return raw;
}

/** What an attacker sends: text, binary, or frames as they are. */
export type Payload = string | Uint8Array | { readonly frames: Buffer };

export interface Conversation {
  readonly role: Role;
  readonly sends: readonly Payload[];
  /** Sends this instead of a hello. */
  readonly early?: boolean;
}

/**
 * Runs conversations, `width` at a time. Each is one WebSocket, and ends with an honest ping.
 * @returns the close codes, or "open" if the ping was answered
 */
export function conversations(all: readonly Conversation[], width = 16): Attack["run"] {
  return (port) =>
    inParallel(all, width, async ({ role, sends, early = false }) => {
      const room = role === "viewer" ? HALL : freshRoom();
      const raw = await enter(port, role, early ? undefined : room);
      raw.write(Buffer.concat([...sends, VALID.ping].map(framed)));
      const answered = () =>
        raw.frames.some((one) => one.opcode === OPCODE.text && one.payload.includes('"pong"'));
      const closed = () => raw.frames.some(({ opcode }) => opcode === OPCODE.close);
      await raw.until(() => closed() || answered());
      const outcome = answered() ? "open" : String(raw.closeCode);
      raw.destroy();
      return outcome;
    });
}

function framed(payload: Payload): Buffer {
  if (typeof payload === "string") return frame({ opcode: OPCODE.text, payload });
  return payload instanceof Uint8Array ? frame({ opcode: OPCODE.binary, payload }) : payload.frames;
}

export async function inParallel<T>(
  items: readonly T[],
  width: number,
  run: (item: T) => Promise<string>,
): Promise<string[]> {
  const outcomes: string[] = [];
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) outcomes.push(await run(item));
  };
  await Promise.all(Array.from({ length: width }, worker));
  return outcomes;
}
