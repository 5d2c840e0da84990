/** Disturbances of producers: at random times one resizes, crashes, is replaced, ends its links, stops, or has a token that expires. */

import { pick } from "./pictures.ts";
import { SoakProducer } from "./producer.ts";
import type { RoomMembers } from "./room-members.ts";

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
