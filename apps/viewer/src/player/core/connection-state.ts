/** The state of the viewer's connection to the relay: a union that changes only here. The player passes events to it. */
import type { ToViewerMessage } from "@screen-share/protocol";
import type { Ending } from "./ending.ts";
import type { Loss } from "./loss.ts";

type ProducerMessage = Extract<ToViewerMessage, { type: "producer" }>;

/** `stopped`: the host has ended sharing on purpose. `unknown`: the relay has not reported it yet. */
type AwayHost = Exclude<ProducerMessage["state"], "live"> | "stopped" | "unknown";

export type ConnectionState =
  /** `after`: the loss before this attempt. Undefined for the first one. */
  | { readonly state: "connecting"; readonly after: Loss | undefined }
  /** In the room, and the host is live. */
  | { readonly state: "connected"; readonly viewers: number | undefined }
  /** In the room, but the host is not live. */
  | { readonly state: "waiting"; readonly host: AwayHost; readonly viewers: number | undefined }
  /** `retryAt` is on our clock, ms. */
  | { readonly state: "disconnected"; readonly retryAt: number; readonly loss: Loss }
  /** Trying again automatically cannot help. */
  | { readonly state: "ended"; readonly ending: Ending };

export type ConnectionEvent =
  | { readonly type: "dialled"; readonly after: Loss | undefined }
  | { readonly type: "welcome" }
  | Pick<ProducerMessage, "type" | "state" | "stopped">
  | { readonly type: "viewers"; readonly count: number }
  | { readonly type: "lost"; readonly retryAt: number; readonly loss: Loss }
  | { readonly type: "ended"; readonly ending: Ending };

/** The state after an event. It is the same object if nothing changed. */
export function transition(connection: ConnectionState, event: ConnectionEvent): ConnectionState {
  switch (event.type) {
    case "dialled":
      if (connection.state === "connecting" && connection.after === event.after) return connection;
      return { state: "connecting", after: event.after };
    case "welcome":
      return connection.state === "connecting"
        ? { state: "waiting", host: "unknown", viewers: undefined }
        : connection;
    case "producer": {
      const isStopped = event.state === "offline" && event.stopped;
      return isJoined(connection)
        ? withHost(connection, isStopped ? "stopped" : event.state)
        : connection;
    }
    case "viewers":
      return isJoined(connection) && connection.viewers !== event.count
        ? { ...connection, viewers: event.count }
        : connection;
    case "lost":
      return { state: "disconnected", retryAt: event.retryAt, loss: event.loss };
    case "ended":
      return { state: "ended", ending: event.ending };
    default:
      return event satisfies never;
  }
}

type Joined = Extract<ConnectionState, { state: "connected" | "waiting" }>;

/** The relay's messages about the room count only between its welcome and the end of the connection. */
function isJoined(connection: ConnectionState): connection is Joined {
  return connection.state === "connected" || connection.state === "waiting";
}

function withHost(connection: Joined, host: ProducerMessage["state"] | "stopped"): Joined {
  const { viewers } = connection;
  if (host === "live") {
    return connection.state === "connected" ? connection : { state: "connected", viewers };
  }
  const same = connection.state === "waiting" && connection.host === host;
  return same ? connection : { state: "waiting", host, viewers };
}
