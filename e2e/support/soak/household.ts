/** One room and those of it that stay: its producer, two v1 viewers, a plain one and an MJPEG stream. */
import type { Update } from "@screen-share/protocol";
import { ReturningViewer } from "../returning-viewer.ts";
import { mint } from "../tokens.ts";
import { tileLooks, wholeJpegs } from "./look.ts";
import { PlainProducer } from "./plain-producer.ts";
import { type PlainWatcher, watchPlainly, watchStream } from "./plain-watchers.ts";
import { Producer } from "./producer.ts";
import { ownRandom } from "./town.ts";

export interface Household {
  readonly room: string;
  readonly producer: Producer | PlainProducer;
  readonly viewers: readonly ReturningViewer[];
  readonly watchers: readonly PlainWatcher[];
}

interface Options {
  readonly port: number;
  readonly random: () => number;
  readonly onProblem: (problem: string) => void;
  readonly onUpdate: (update: Update, first: boolean) => void;
}

/** Moves in. @param producer by what it makes: tiles of these qualities, or whole JPEGs */
async function household(
  room: string,
  qualities: readonly number[] | "whole JPEGs",
  options: Options,
): Promise<Household> {
  const { onUpdate, ...others } = options;
  const all = { ...others, room, random: ownRandom(options.random) };
  const token = await mint({ role: "viewer", room });
  const plain = qualities === "whole JPEGs";
  const producer = plain
    ? new PlainProducer({ ...all, jpegs: wholeJpegs() })
    : new Producer({ ...all, looks: tileLooks(qualities) });
  const watching = { ...all, token };
  // Plain producers do not tell when a picture was made.
  const v1 = plain ? watching : { ...watching, onUpdate };
  return {
    room,
    producer,
    viewers: [new ReturningViewer(v1), new ReturningViewer(v1)],
    watchers: [watchPlainly(watching), watchStream(watching)],
  };
}

export async function households(options: Options): Promise<Household[]> {
  return await Promise.all([
    household("one-table", [60], options),
    household("two-tables", [60, 90], options),
    household("plain", "whole JPEGs", options),
  ]);
}

/** Leaves for good. */
export function moveOut({ producer, viewers, watchers }: Household): void {
  for (const member of [producer, ...viewers, ...watchers]) member.close();
}
