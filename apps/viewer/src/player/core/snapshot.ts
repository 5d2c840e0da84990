/** What there is to show beside the picture itself: plain values, so that whoever renders only renders. */
import type { Size } from "@screen-share/protocol";
import { type AsOf, ageMs, CURRENT_FOR_MS } from "./age.ts";
import type { ConnectionState } from "./connection-state.ts";

export interface Snapshot {
  /** Undefined until one is entered, and where the link names one that cannot be. */
  readonly room: string | undefined;
  readonly connection: ConnectionState;
  /** Whole seconds until the next try, at least 1; only while disconnected. */
  readonly retryInS: number | undefined;
  /** The size of the picture that is drawn, px. */
  readonly picture: Size | undefined;
  /** The picture's age in whole seconds; undefined while it is current, or there is none. */
  readonly ageS: number | undefined;
  /** What came last could not be decoded: whatever stands there is older. */
  readonly undecodable: boolean;
  /** How much of a picture that is not whole yet has arrived, whole percent; undefined while none is on its way. */
  readonly arriving: number | undefined;
  /** Some of the picture is older than the rest. */
  readonly behind: boolean;
  /** The browser has lost its network, and nothing was heard from the relay since. */
  readonly unheard: boolean;
}

/** What holds before anything was tried, and in a page rendered ahead of time. */
export const INITIAL_SNAPSHOT: Snapshot = {
  room: undefined,
  connection: { state: "connecting", after: undefined },
  retryInS: undefined,
  picture: undefined,
  ageS: undefined,
  undecodable: false,
  arriving: undefined,
  behind: false,
  unheard: false,
};

/** @param now our clock, ms */
export function snapshotOf(
  now: number,
  model: Omit<Snapshot, "retryInS" | "ageS"> & { readonly asOf: AsOf | undefined },
): Snapshot {
  const { asOf, ...same } = model;
  const { connection, picture } = same;
  return {
    ...same,
    retryInS:
      connection.state === "disconnected"
        ? Math.max(1, Math.ceil((connection.retryAt - now) / 1000))
        : undefined,
    ageS: picture && asOf ? staleS(connection, ageMs(asOf, now)) : undefined,
  };
}

function staleS({ state }: ConnectionState, age: number): number | undefined {
  return state === "connected" && age <= CURRENT_FOR_MS ? undefined : Math.floor(age / 1000);
}

/** Whether nothing changed that is shown. */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return (
    a.room === b.room &&
    a.connection === b.connection &&
    a.retryInS === b.retryInS &&
    a.picture === b.picture &&
    a.ageS === b.ageS &&
    a.undecodable === b.undecodable &&
    a.arriving === b.arriving &&
    a.behind === b.behind &&
    a.unheard === b.unheard
  );
}
