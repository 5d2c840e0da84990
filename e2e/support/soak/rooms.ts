/** Rooms and the clients that stay in them. Their producers are disturbed at random times, and the pictures of all members are compared in quiet moments. */
import type { Update } from "@screen-share/protocol";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { mint } from "../tokens.ts";
import { eventually } from "../wait.ts";
import { ownRandom, type Tokens } from "./behaviour.ts";
import { difference, pick, tilePictures, wholeJpegs } from "./pictures.ts";
import {
  type PlainWatcher,
  SoakPlainProducer,
  watchPlainly,
  watchStream,
} from "./plain-members.ts";
import { SoakProducer } from "./producer.ts";
import { ask, bodyOf } from "./readers.ts";

export interface RoomMembers {
  readonly room: string;
  readonly producer: SoakProducer | SoakPlainProducer;
  readonly viewers: readonly TestViewer[];
  readonly watchers: readonly PlainWatcher[];
}

interface Options {
  readonly port: number;
  readonly random: () => number;
  readonly onProblem: (problem: string) => void;
  readonly onUpdate: (update: Update, first: boolean) => void;
}

/** @param qualities of the producer's tiles, unless it sends whole JPEGs */
async function fillRoom(
  room: string,
  qualities: readonly number[] | "whole JPEGs",
  options: Options,
): Promise<RoomMembers> {
  const { onUpdate, ...others } = options;
  const all = { ...others, room, random: ownRandom(options.random) };
  const plain = qualities === "whole JPEGs";
  const producer = plain
    ? new SoakPlainProducer({
        ...{ ...all, jpegs: wholeJpegs(), token: await mint({ role: "producer", room }) },
      })
    : new SoakProducer({ ...all, pictureSets: tilePictures(qualities) });
  const watching = { ...all, token: await mint({ role: "viewer", room }) };
  // Plain producers do not report when a picture was captured.
  const v1 = plain ? watching : { ...watching, onUpdate };
  return {
    room,
    producer,
    viewers: [new TestViewer(options.port, v1), new TestViewer(options.port, v1)],
    watchers: [watchPlainly(watching), watchStream(watching)],
  };
}

export async function fillRooms(options: Options): Promise<RoomMembers[]> {
  return await Promise.all([
    fillRoom("one-table", [60], options),
    fillRoom("two-tables", [60, 90], options),
    fillRoom("plain", "whole JPEGs", options),
  ]);
}

export function removeMembers({ producer, viewers, watchers }: RoomMembers): void {
  for (const member of [producer, ...viewers, ...watchers]) member.close();
}

const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 900;

const DISTURBANCES: readonly (readonly [name: string, act: (producer: SoakProducer) => void])[] = [
  ["resizes", (producer) => producer.resize()],
  ["resizes", (producer) => producer.resize()],
  ["crashes", (producer) => producer.crash()],
  ["has a short token", (producer) => producer.crash({ short: true })],
  ["is taken over", (producer) => producer.takeOver()],
  ["ends its links", (producer) => producer.newGeneration()],
  ["stops and goes on", (producer) => producer.stopAndGoOn()],
];

/** Makes each producer that has links end them once. */
export function endAllLinks(all: readonly RoomMembers[], note: (what: string) => void): void {
  for (const { producer } of all) {
    if (!(producer instanceof SoakProducer)) continue;
    note("producer: ends its links");
    producer.newGeneration();
  }
}

/** Starts the disturbances. @returns what ends them */
export function disturbProducers(
  all: readonly RoomMembers[],
  options: { readonly random: () => number; readonly note: (what: string) => void },
): () => void {
  const { random, note } = options;
  let timer: ReturnType<typeof setTimeout>;
  const next = () => {
    timer = setTimeout(disturb, MIN_PAUSE_MS + random() * (MAX_PAUSE_MS - MIN_PAUSE_MS));
  };
  function disturb(): void {
    const { producer } = pick(all, random);
    const [name, act] = pick(DISTURBANCES, random);
    if (producer instanceof SoakProducer) {
      note(`producer: ${name}`);
      act(producer);
    } else {
      note("plain producer: crashes");
      producer.crash();
    }
    next();
  }
  next();
  return () => clearTimeout(timer);
}

/** After a restart all clients may be waiting to reconnect, for 4 s at most, on a machine that may be busy. */
const MAX_SETTLING_MS = 15_000;

interface Comparison {
  readonly port: number;
  readonly tokens: Tokens;
  /** No other clients watch now, so the number of viewers is known. */
  readonly alone: boolean;
}

/** Stops all changes and waits until nothing is wrong. @returns what remains wrong */
export async function differences(
  all: readonly RoomMembers[],
  options: Comparison,
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
  { port, tokens, alone }: Comparison,
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
