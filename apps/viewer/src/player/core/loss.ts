/** Why there is no connection, if trying again automatically can help. Pure. */
import { CLOSE, type LineEnd } from "@screen-share/protocol";

/** `status/core/messages.ts` explains each to the user. */
export type LossKind =
  /** There was no connection yet. */
  | "unreachable"
  | "lost"
  | "restarting"
  | "room-full"
  | "relay-full"
  | "throttled"
  | "silent"
  /** The page refuses the picture because of its size (P-15). */
  | "too-large"
  /** Page or relay cannot read the messages of the other. */
  | "garbled";

export interface Loss {
  readonly kind: LossKind;
  /** When the first of these attempts failed, ms on our clock. */
  readonly since: number;
}

/** A relay that announced a restart counts as lost after this time. */
const RESTART_MS = 30_000;

/** How a connection ended. */
export type End = Pick<LineEnd, "code" | "reason"> & Partial<Pick<LineEnd, "closing">>;

/** @param known.welcomed whether the relay has let this viewer into this room before; `before`: the loss of the previous attempt */
export function lossOf(
  end: End,
  { now, welcomed, before }: { now: number; welcomed: boolean; before: Loss | undefined },
): Loss {
  const since = before?.since ?? now;
  const kind = kindOf(end);
  const restarts = before?.kind === "restarting" && now - since < RESTART_MS;
  if (kind === undefined && restarts) return before;
  return { kind: kind ?? (welcomed ? "lost" : "unreachable"), since };
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
