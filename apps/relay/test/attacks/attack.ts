/** What an attack is, and how an attacker talks. */
import type { Role } from "@screen-share/protocol";
import { encodeControl } from "@screen-share/protocol";
import { PRODUCER_ID } from "../participants.ts";
import { handMade } from "../tokens.ts";
import { frame, OPCODE, RawSocket, type Upgrade } from "./raw-socket.ts";

/** The room whose members must not notice anything. */
export const HALL = "hall";

export interface Attack {
  readonly name: string;
  /** Outcomes that are right: close codes, HTTP statuses, "open" for a connection that goes on, "silence". */
  readonly allowed: readonly string[];
  /** @returns what became of each try */
  readonly run: (port: number) => Promise<readonly string[]>;
}

/** An attacker's rooms: more than are in use at a time, and fewer than the relay may have. */
const ROOMS = 60;
let rooms = 0;
/** A room that nobody is in at the moment. */
export const freshRoom = () => `attack-${++rooms % ROOMS}`;

/** The first message of whoever is let in. */
export function hello(role: Role, room: string): string {
  const token = handMade({ role, room });
  return role === "viewer"
    ? encodeControl({ type: "hello", room, token })
    : encodeControl({ type: "hello", room, token, producerId: PRODUCER_ID });
}

/** What an attacker sends: text, binary, or frames as they are. */
export type Said = string | Uint8Array | { readonly frames: Buffer };

const PING = frame({ opcode: OPCODE.text, payload: encodeControl({ type: "ping", sentAt: 1 }) });

/** Says all this on a new WebSocket, and then an honest ping. @returns the close code, or "open" if that was answered */
export async function talk(
  port: number,
  asked: Upgrade,
  { first, said }: { readonly first?: string; readonly said: readonly Said[] },
): Promise<string> {
  const raw = await RawSocket.upgraded(port, asked);
  if (first !== undefined) {
    raw.write(frame({ opcode: OPCODE.text, payload: first }));
    await raw.until(() => raw.frames.length > 0);
  }
  raw.write(Buffer.concat([...said.map(framed), PING]));
  const over = () => raw.frames.some(({ opcode, payload }) => ends(opcode, payload));
  await raw.until(over);
  const answered = raw.frames.some(({ opcode, payload }) => isPong(opcode, payload));
  const outcome = answered ? "open" : String(raw.closeCode);
  raw.destroy();
  return outcome;
}

function framed(said: Said): Buffer {
  if (typeof said === "string") return frame({ opcode: OPCODE.text, payload: said });
  return said instanceof Uint8Array ? frame({ opcode: OPCODE.binary, payload: said }) : said.frames;
}

function isPong(opcode: number, payload: Buffer): boolean {
  return opcode === OPCODE.text && payload.includes('"pong"');
}

const ends = (opcode: number, payload: Buffer) =>
  opcode === OPCODE.close || isPong(opcode, payload);

/** Runs tries, so many at a time. */
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
