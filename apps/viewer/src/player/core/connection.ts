/**
 * Where the viewer stands with the relay: one union, changed in one place. Knows nothing of sockets or timers;
 * the player feeds it what happened.
 */
import type { ToViewerMessage } from "@screen-share/protocol";

type HostState = Extract<ToViewerMessage, { type: "producer" }>["state"];

export type Connection =
  | { readonly state: "connecting" }
  /** In the room, and the host is live. */
  | { readonly state: "connected"; readonly viewers: number | undefined }
  /** In the room, and nothing new can come. `unknown`: the relay has not told yet. */
  | {
      readonly state: "waiting";
      readonly host: Exclude<HostState, "live"> | "unknown";
      readonly viewers: number | undefined;
    }
  /** `retryAt` is on our clock, ms. `full`: the relay has no place now. */
  | {
      readonly state: "disconnected";
      readonly retryAt: number;
      readonly meaning: string;
      readonly full: boolean;
    }
  /** Trying again by itself cannot help. */
  | { readonly state: "ended"; readonly reason: string; readonly remedy: Remedy };

/** What the person at the screen can do about an end: try again, go to a room that can be, or open another link. */
export type Remedy = "again" | "room" | "link";

export type ConnectionEvent =
  | { readonly type: "dialled" }
  | { readonly type: "welcome" }
  | { readonly type: "producer"; readonly state: HostState }
  | { readonly type: "viewers"; readonly count: number }
  | {
      readonly type: "lost";
      readonly retryAt: number;
      readonly meaning: string;
      readonly full: boolean;
    }
  | { readonly type: "ended"; readonly reason: string; readonly remedy: Remedy };

/** The state after an event; the very same object where nothing changed, so that it compares by identity. */
export function transition(connection: Connection, event: ConnectionEvent): Connection {
  switch (event.type) {
    case "dialled":
      return connection.state === "connecting" ? connection : { state: "connecting" };
    case "welcome":
      return connection.state === "connecting"
        ? { state: "waiting", host: "unknown", viewers: undefined }
        : connection;
    case "producer":
      return isJoined(connection) ? withHost(connection, event.state) : connection;
    case "viewers":
      return isJoined(connection) && connection.viewers !== event.count
        ? { ...connection, viewers: event.count }
        : connection;
    case "lost": {
      const { retryAt, meaning, full } = event;
      return { state: "disconnected", retryAt, meaning, full };
    }
    case "ended":
      return { state: "ended", reason: event.reason, remedy: event.remedy };
    default:
      return event satisfies never;
  }
}

type Joined = Extract<Connection, { state: "connected" | "waiting" }>;

/** What the relay tells of the room counts from its welcome to the connection's end. */
function isJoined(connection: Connection): connection is Joined {
  return connection.state === "connected" || connection.state === "waiting";
}

function withHost(connection: Joined, host: HostState): Connection {
  const { viewers } = connection;
  if (host === "live") {
    return connection.state === "connected" ? connection : { state: "connected", viewers };
  }
  return connection.state === "waiting" && connection.host === host
    ? connection
    : { state: "waiting", host, viewers };
}
