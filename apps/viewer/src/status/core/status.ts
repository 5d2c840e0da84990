/** Chooses the message for a state, and what else the page shows with it. Pure. */
import { DEFAULT_ROOM, isLoopback } from "@screen-share/protocol";
import type { ConnectionState } from "../../player/core/connection-state.ts";
import type { Snapshot } from "../../player/core/snapshot.ts";
import { AWAY, CONNECTING, ENDING, LIVE, LOSS, type Message, OFFLINE } from "./messages.ts";

export interface Status extends Required<Omit<Message, "detail">> {
  readonly detail: string | undefined;
  /** A countdown to the next attempt. */
  readonly counting: string | undefined;
  /** Short remarks, most important first. They may contain changing numbers. */
  readonly remarks: readonly string[];
}

interface Browser {
  /** Whether the browser reports a network. It may be wrong about relays on the same machine. */
  readonly online: boolean;
  /** Whether this page is on the screen that it shows. */
  readonly seesItself?: boolean;
}

export function statusOf(snapshot: Snapshot, browser: Browser): Status {
  return {
    detail: undefined,
    quiet: false,
    invites: false,
    actions: [],
    ...messageOf(snapshot, browser),
    counting: countingOf(snapshot, browser),
    remarks: remarksOf(snapshot),
  };
}

function messageOf(snapshot: Snapshot, browser: Browser): Message {
  const { connection, picture, unheard } = snapshot;
  // A relay on this machine may still be reachable.
  const isOffline = unheard && !browser.online;
  switch (connection.state) {
    case "connecting":
      return connection.after ? lossMessage(connection.after, snapshot, browser) : CONNECTING;
    case "connected":
      if (isOffline) return OFFLINE;
      return browser.seesItself ? LIVE.own : liveMessage(snapshot);
    case "waiting":
      if (isOffline) return OFFLINE;
      return AWAY[connection.host === "offline" && picture ? "gone" : connection.host];
    case "disconnected":
      return lossMessage(connection.loss, snapshot, browser);
    case "ended": {
      const { kind, reason } = connection.ending;
      const message = ENDING[kind];
      return typeof message === "function" ? message(reason) : message;
    }
    default:
      return connection satisfies never;
  }
}

function liveMessage({ picture, ageS, undecodable, arriving, behind }: Snapshot): Message {
  if (undecodable && (!picture || ageS !== undefined)) return LIVE.undecodable;
  if (!picture) return LIVE.first;
  if (ageS !== undefined) return LIVE.stale;
  if (arriving !== undefined) return LIVE.arriving;
  return behind ? LIVE.behind : LIVE.current;
}

function lossMessage(
  { kind }: Extract<ConnectionState, { state: "disconnected" }>["loss"],
  { picture }: Snapshot,
  { online }: Browser,
): Message {
  const message = LOSS[kind];
  if (!online) return { ...message, ...OFFLINE };
  if (!picture || kind !== "lost") return message;
  return { ...message, detail: "The last picture stays until it is back." };
}

function countingOf({ connection, retryInS }: Snapshot, { online }: Browser): string | undefined {
  if (connection.state === "connecting" && connection.after) return "Trying again now…";
  if (retryInS === undefined || !online) return undefined;
  return `Trying again in ${retryInS} s`;
}

function remarksOf({ connection, ageS, arriving, behind }: Snapshot): readonly string[] {
  const viewers = "viewers" in connection ? connection.viewers : undefined;
  const live = connection.state === "connected";
  return [
    // A picture in a single message shows no progress.
    live && arriving ? `${arriving}% received` : undefined,
    live && behind && arriving === undefined ? "parts of the picture are outdated" : undefined,
    ageS === undefined ? undefined : `picture from ${ageWords(ageS)}`,
    viewers === undefined ? undefined : viewersWords(viewers, connection.state),
  ].filter((remark) => remark !== undefined);
}

/** The count includes this viewer. */
function viewersWords(viewers: number, state: ConnectionState["state"]): string {
  const doing = state === "waiting" ? "waiting" : "watching";
  return viewers === 1 ? `only you are ${doing}` : `${viewers} ${doing}`;
}

/** The caption of an outdated copy of the picture, as in a floating window. Undefined while the picture is current. */
export function agedWords(snapshot: Snapshot, browser: Browser): string | undefined {
  const { ageS } = snapshot;
  if (ageS === undefined) return undefined;
  return `${statusOf(snapshot, browser).title} · picture from ${ageWords(ageS)}`;
}

/** The page's title: the room and its state, without changing numbers. */
export function titleOf(snapshot: Snapshot, browser: Browser): string {
  const { room = DEFAULT_ROOM, connection, picture } = snapshot;
  const place = room === DEFAULT_ROOM ? "Screen Share" : `${room} · Screen Share`;
  const unremarkable = connection.state === "connected" && !picture && !snapshot.unheard;
  return unremarkable ? place : `${statusOf(snapshot, browser).title} · ${place}`;
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** "12 s ago", "3 min ago", "2 h ago", "5 days ago": rounded down, and at least one second. */
export function ageWords(ageS: number): string {
  if (ageS < MINUTE_S) return `${Math.max(1, Math.floor(ageS))} s ago`;
  if (ageS < HOUR_S) return `${Math.floor(ageS / MINUTE_S)} min ago`;
  if (ageS < DAY_S) return `${Math.floor(ageS / HOUR_S)} h ago`;
  const days = Math.floor(ageS / DAY_S);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** The address that the agent shares to by default. */
const DEFAULT_SERVER = "ws://localhost:8000";
const CLEAR_TEXT_HOST = /^ws:\/\/(\[[^\]]*\]|[^:/]*)/;

/** The command that shares a screen in a room. @param place.server the relay's WebSocket address, without our path */
export function captureCommand({ server, room }: { server: string; room: string }): string {
  const words = ["pnpm capture"];
  if (server !== DEFAULT_SERVER) words.push(`--server ${server}`);
  // Without this option, the agent sends pictures in clear text only to its own machine.
  const host = CLEAR_TEXT_HOST.exec(server)?.[1];
  if (host !== undefined && !isLoopback(host)) words.push("--insecure");
  if (room !== DEFAULT_ROOM) words.push(`--room ${room}`);
  return words.join(" ");
}
