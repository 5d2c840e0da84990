/** Why there is no connection now, where trying again by itself can help. Pure. */
import { CLOSE, type ClosingReason } from "@screen-share/protocol";

export type LossKind =
  /** It never came about. */
  | "unreachable"
  /** There was one. */
  | "lost"
  | "restarting"
  | "room-full"
  | "relay-full"
  /** Too many came from this network with what opens nothing. */
  | "throttled"
  | "silent"
  /** This page refuses the picture for its size (P-15). */
  | "too-large"
  /** One of the two says what the other cannot read. */
  | "garbled";

export interface Loss {
  readonly kind: LossKind;
  /** When the first connection of this row was lost, ms on our clock. */
  readonly since: number;
}

/** A relay that said that it restarts may be away for so long before it counts as lost. */
const RESTART_MS = 30_000;

/** How a connection ended. */
export interface End {
  /** The close code (RFC 6455 §7.1.5), or that of `closing`. */
  readonly code: number;
  /** The text for people (RFC 6455 §7.1.6). */
  readonly reason: string;
  /** The relay's typed reason. Undefined if the code says all, and from relays that predate `closing`. */
  readonly closing?: ClosingReason | undefined;
}

/**
 * @param known.welcomed whether the relay has ever let this viewer into this room
 * @param known.before what the try before this one ended in, if none has succeeded since
 */
export function lossOf(
  end: End,
  known: {
    readonly now: number;
    readonly welcomed: boolean;
    readonly before: Loss | undefined;
  },
): Loss {
  const { now, welcomed, before } = known;
  const since = before?.since ?? now;
  const kind = kindOf(end) ?? (welcomed ? "lost" : "unreachable");
  const restarts = before?.kind === "restarting" && now - since < RESTART_MS;
  return restarts && kind !== "restarting" && kindOf(end) === undefined ? before : { kind, since };
}

function kindOf({ code, closing }: End): LossKind | undefined {
  switch (code) {
    case CLOSE.restarting:
      return "restarting";
    case CLOSE.silent:
      return "silent";
    case CLOSE.tooLarge:
      return "too-large";
    case CLOSE.protocolError:
      return "garbled";
    case CLOSE.full:
      if (closing === "too-many-attempts") return "throttled";
      return closing === "room-full" ? "room-full" : "relay-full";
    default:
      return undefined;
  }
}
