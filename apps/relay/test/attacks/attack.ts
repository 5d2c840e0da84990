/** What an attack is, and how an attacker talks to the relay. */
import { encodeControl, type Role } from "@screen-share/protocol";
import { frame, OPCODE, RawSocket } from "@screen-share/protocol/testing/raw-socket";
import { PRODUCER_ID } from "../participants.ts";
import { handMade } from "../tokens.ts";

/** The room whose members must not notice anything. */
export const HALL = "hall";
export const ROLES = ["viewer", "producer"] as const;

export interface Attack {
  /** Permitted outcomes: close codes, HTTP statuses, "open" for a connection that continues, "silence". */
  readonly allowed: readonly string[];
  /** @returns the outcome of each try */
  readonly run: (port: number) => Promise<readonly string[]>;
}
/** Attacks by name. */
export type Attacks = Readonly<Record<string, Attack>>;

/** An attacker's rooms: more than are in use at a time, and fewer than the relay may have. */
const ROOMS = 60;
let rooms = 0;
/** A room that nobody is in at the moment. */
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

/** The room that an attacker with this role is admitted to. */
const roomFor = (role: Role) => (role === "viewer" ? HALL : freshRoom());

/** What an attacker sends: text, binary, or frames as they are. */
export type Payload = string | Uint8Array | { readonly frames: Buffer };

export interface Conversation {
  readonly role: Role;
  readonly sends: readonly Payload[];
  /** It is not admitted before it sends this. */
  readonly early?: boolean;
}

const PING = frame({ opcode: OPCODE.text, payload: encodeControl({ type: "ping", sentAt: 1 }) });

/**
 * Runs conversations, `width` at a time. Each is one WebSocket, and ends with an honest ping.
 * @returns the close codes, or "open" if the ping was answered
 */
export function conversations(all: readonly Conversation[], width = 16): Attack["run"] {
  return (port) =>
    inParallel(all, width, async ({ role, sends, early = false }) => {
      const raw = await enter(port, role, early ? undefined : roomFor(role));
      raw.write(Buffer.concat([...sends.map(framed), PING]));
      const answered = () => raw.frames.some(isPong);
      const closed = () => raw.frames.some(({ opcode }) => opcode === OPCODE.close);
      await raw.until(() => closed() || answered());
      const outcome = answered() ? "open" : String(raw.closeCode);
      raw.destroy();
      return outcome;
    });
}

function isPong({ opcode, payload }: { opcode: number; payload: Buffer }): boolean {
  return opcode === OPCODE.text && payload.includes('"pong"');
}

function framed(payload: Payload): Buffer {
  if (typeof payload === "string") return frame({ opcode: OPCODE.text, payload });
  return payload instanceof Uint8Array ? frame({ opcode: OPCODE.binary, payload }) : payload.frames;
}

/** Runs tries, `width` at a time. */
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
