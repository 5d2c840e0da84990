/**
 * The relays that this page may dial: those it was built for, or else its own server. A link may name one of them, to the letter as
 * it was written at build time; one that names any other is not followed, and its token goes nowhere.
 */
import { viewerUrl } from "./relay-url.ts";

export interface Relay {
  /** As links name it. */
  readonly name: string;
  /** What a viewer dials. */
  readonly url: string;
}

/** The first is meant where a link names none. */
export type Relays = readonly [Relay, ...Relay[]];

/**
 * @param list addresses, comma separated
 * @throws Error in plain words if one is no relay's, or stands there twice
 */
export function parseRelays(list: string): Relays {
  const [first, ...others] = list.split(",").map((text): Relay => {
    const name = text.trim();
    return { name, url: viewerUrl(name) };
  });
  if (!first) throw new Error("it names no relay");
  const relays: Relays = [first, ...others];
  const twice = relays.find(({ url }, i) => relays.findIndex((relay) => relay.url === url) !== i);
  if (twice) throw new Error(`it names ${twice.name} twice`);
  return relays;
}

/** A page without a list belongs to the server that it came from. @param origin the page's own */
export function ownRelay(origin: string): Relays {
  return [{ name: origin, url: viewerUrl(origin) }];
}

/** @returns undefined if the page knows none of this name */
export function relayNamed(relays: Relays, name: string | undefined): Relay | undefined {
  return name === undefined ? relays[0] : relays.find((relay) => relay.name === name);
}
