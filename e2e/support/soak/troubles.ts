/** What happens to producers: now and then one of them resizes, crashes, is taken over, ends its links, stops, or loses its token. */
import type { Household } from "./household.ts";
import { pick } from "./look.ts";
import type { Producer } from "./producer.ts";

const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 900;

const TROUBLES: readonly (readonly [name: string, act: (producer: Producer) => void])[] = [
  ["resizes", (producer) => producer.resize()],
  ["resizes", (producer) => producer.resize()],
  ["crashes", (producer) => producer.crash()],
  ["has a short token", (producer) => producer.crash({ short: true })],
  ["is taken over", (producer) => producer.takeOver()],
  ["ends its links", (producer) => producer.newGeneration()],
  ["stops and goes on", (producer) => producer.stopAndGoOn()],
];

/** Has every producer that gives out links end them once. */
export function endAllLinks(all: readonly Household[], note: (what: string) => void): void {
  for (const { producer } of all) {
    if (!("newGeneration" in producer)) continue;
    note("producer: ends its links");
    producer.newGeneration();
  }
}

/** Begins. @returns what ends it */
export function troubleProducers(
  all: readonly Household[],
  options: { readonly random: () => number; readonly note: (what: string) => void },
): () => void {
  const { random, note } = options;
  let timer: ReturnType<typeof setTimeout>;
  const next = () => {
    timer = setTimeout(trouble, MIN_PAUSE_MS + random() * (MAX_PAUSE_MS - MIN_PAUSE_MS));
  };
  function trouble(): void {
    const { producer } = pick(all, random);
    const [name, act] = pick(TROUBLES, random);
    if ("crash" in producer && "jpeg" in producer) {
      note("plain producer: crashes");
      producer.crash();
    } else {
      note(`producer: ${name}`);
      act(producer);
    }
    next();
  }
  next();
  return () => clearTimeout(timer);
}
