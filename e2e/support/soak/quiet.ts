/** In a quiet moment all clients that stay must have the producer's picture, to the byte. */
import { assembleJpeg, type FrameStore } from "@screen-share/protocol";
import { eventually } from "../wait.ts";
import type { Tokens } from "./behaviour.ts";
import type { SoakProducer } from "./producer.ts";
import { ask, bodyOf } from "./readers.ts";
import type { RoomMembers } from "./room-members.ts";

/** After a restart all clients may be waiting to reconnect, for 4 s at most, on a machine that may be busy. */
const MAX_SETTLING_MS = 15_000;

interface Options {
  readonly port: number;
  readonly tokens: Tokens;
  /** No other clients watch now, so the number of viewers is known. */
  readonly alone: boolean;
}

/** Stops all changes and waits until nothing is wrong. @returns what remains wrong */
export async function differences(
  all: readonly RoomMembers[],
  options: Options,
): Promise<string[]> {
  const compare = async () => {
    const found = await Promise.all(all.map((one) => differencesIn(one, options)));
    return found.flat();
  };
  for (const { producer } of all) producer.moving = false;
  const left = await eventually(compare, (found) => found.length === 0, MAX_SETTLING_MS);
  for (const { producer } of all) producer.moving = true;
  return left;
}

async function differencesIn(
  { room, producer, viewers, watchers }: RoomMembers,
  { port, tokens, alone }: Options,
): Promise<string[]> {
  if (!producer.settled) return [`${room}: not all of the producer's updates have been applied`];
  const snapshot = await snapshotOf(port, room, await tokens.get("viewer", room));
  if (!snapshot) return [`${room}: there is no snapshot`];
  const wrong: string[] = [];
  const due = "jpeg" in producer ? producer.jpeg : jpegOf(producer);
  if (due && !snapshot.equals(due)) wrong.push(`${room}: the snapshot is another picture`);
  for (const [i, { replica, viewers: count }] of viewers.entries()) {
    const problem =
      "jpeg" in producer
        ? equals(replica.shown?.since(0)[0]?.bytes, producer.jpeg)
        : tilesAlike(replica.shown, producer);
    if (problem) wrong.push(`${room}: viewer ${i}: ${problem}`);
    const here = viewers.length + watchers.length;
    if (alone && count !== here)
      wrong.push(`${room}: viewer ${i} was told of ${count} viewers, not ${here}`);
  }
  for (const [i, { picture }] of watchers.entries()) {
    const problem = equals(picture, snapshot);
    if (problem) wrong.push(`${room}: plain watcher ${i}: ${problem}`);
  }
  return wrong;
}

/** The picture of a producer with one pair of tables, as the relay has to assemble it. */
function jpegOf({ picture }: SoakProducer): Uint8Array | undefined {
  const { width, height, tables } = picture.pictureSet.stream;
  const [only, ...more] = tables;
  if (!only || more.length > 0) return undefined;
  const segments = picture.tiles.map(({ bytes }) => bytes);
  return assembleJpeg({ width, height, tables: only, segments });
}

function tilesAlike(shown: FrameStore | undefined, { picture }: SoakProducer): string | undefined {
  const { width, height } = picture.pictureSet.stream;
  if (!shown) return "nothing is shown";
  if (shown.stream.width !== width || shown.stream.height !== height) return "the size is wrong";
  const tiles = shown.since(0);
  const wrong = picture.tiles.filter(({ index, table, bytes }) => {
    const tile = tiles[index];
    return tile?.table !== table || equals(tile.bytes, bytes) !== undefined;
  });
  return wrong.length > 0 ? `${wrong.length} tiles of ${picture.tiles.length} differ` : undefined;
}

function equals(shown: Uint8Array | undefined, due: Uint8Array): string | undefined {
  if (!shown) return "nothing is shown";
  return Buffer.compare(shown, due) === 0 ? undefined : "it is another picture";
}

async function snapshotOf(port: number, room: string, token: string): Promise<Buffer | undefined> {
  const response = await ask(port, `/snapshot.jpg?room=${room}&token=${token}`);
  const body = response && (await bodyOf(response));
  return response?.statusCode === 200 ? body : undefined;
}
