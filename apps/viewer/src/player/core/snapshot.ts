/** What the page shows beside the picture: plain values, ready to be rendered. */
import type { ClockOffset, Size } from "@screen-share/protocol";
import type { ConnectionState } from "./connection-state.ts";

/** A live picture is current this long after its last update: two heartbeats and a little more. */
const CURRENT_FOR_MS = 5000;

/** When the picture of the newest update was current. */
export interface AsOf {
  /** On the relay's clock; 0 while unknown. */
  readonly capturedAt: number;
  readonly drawnAt: number;
  /** The clock of its connection, which becomes more accurate over time, and outlives the connection. */
  readonly clock: Pick<ClockOffset, "toLocal">;
}

/** The age of a picture, ms, never negative: since its capture, or if that is unknown, since it was drawn. */
export function ageMs({ capturedAt, drawnAt, clock }: AsOf, now: number): number {
  const captured = capturedAt > 0 ? clock.toLocal(capturedAt) : undefined;
  return Math.max(0, now - (captured ?? drawnAt));
}

export interface Snapshot {
  /** Undefined until a room is entered, and if the link names an invalid one. */
  readonly room: string | undefined;
  readonly connection: ConnectionState;
  /** Whole seconds until the next attempt, at least 1. Only while disconnected. */
  readonly retryInS: number | undefined;
  /** The size of the drawn picture, px. */
  readonly picture: Size | undefined;
  /** The picture's age in whole seconds. Undefined while it is current, or if there is none. */
  readonly ageS: number | undefined;
  /** The newest picture could not be decoded. An older one is shown. */
  readonly undecodable: boolean;
  /** How much of an incomplete picture has arrived, in whole percent. Undefined if none is arriving. */
  readonly arriving: number | undefined;
  /** Some of the picture is older than the rest. */
  readonly behind: boolean;
  /** The browser has lost its network, and the relay has been silent since. */
  readonly unheard: boolean;
}

/** Before the first attempt to connect, and in the prerendered page. */
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
  const retryAt = connection.state === "disconnected" ? connection.retryAt : undefined;
  const age = picture && asOf && ageMs(asOf, now);
  const isCurrent = connection.state === "connected" && age !== undefined && age <= CURRENT_FOR_MS;
  return {
    ...same,
    retryInS: retryAt === undefined ? undefined : Math.max(1, Math.ceil((retryAt - now) / 1000)),
    ageS: age === undefined || isCurrent ? undefined : Math.floor(age / 1000),
  };
}

export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return (Object.keys(a) as (keyof Snapshot)[]).every((key) => a[key] === b[key]);
}
