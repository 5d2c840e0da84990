/** A room and the clients that stay in it: its producer, two v1 viewers, a plain viewer and an MJPEG stream. */
import type { Update } from "@screen-share/protocol";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { mint } from "../tokens.ts";
import { ownRandom } from "./behaviour.ts";
import { tilePictures, wholeJpegs } from "./pictures.ts";
import {
  type PlainWatcher,
  SoakPlainProducer,
  watchPlainly,
  watchStream,
} from "./plain-members.ts";
import { SoakProducer } from "./producer.ts";

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
