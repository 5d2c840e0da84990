/** In a quiet moment all clients that stay must have the producer's picture, to the byte. */
import { eventually } from "../wait.ts";
import type { Tokens } from "./behaviour.ts";
import { difference } from "./pictures.ts";
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
    const found = await Promise.all(
      all.map(async (one) =>
        (await differencesIn(one, options)).map((wrong) => `${one.room}: ${wrong}`),
      ),
    );
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
  if (!producer.settled) return ["not all of the producer's updates have been applied"];
  const token = await tokens.get("viewer", room);
  const response = await ask(port, `/snapshot.jpg?room=${room}&token=${token}`);
  const snapshot = response && (await bodyOf(response));
  if (!snapshot || response.statusCode !== 200) return ["there is no snapshot"];
  const wrong: string[] = [];
  const note = (name: string, problem: string | undefined) => {
    if (problem !== undefined) wrong.push(`${name}: ${problem}`);
  };
  note("snapshot", difference(snapshot, producer.jpeg ?? snapshot));
  for (const [i, { picture }] of watchers.entries()) {
    note(`plain watcher ${i}`, difference(picture, snapshot));
  }
  const here = viewers.length + watchers.length;
  for (const [i, { replica, viewers: count }] of viewers.entries()) {
    note(`viewer ${i}`, producer.difference(replica.shown));
    if (alone && count !== here)
      note(`viewer ${i}`, `it was told of ${count} viewers, not ${here}`);
  }
  return wrong;
}
