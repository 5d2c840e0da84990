/**
 * What the page says of how things stand, and what can be done about it. `title` and `detail` change only with the state, so that
 * they can be read aloud when they do; numbers that count are kept apart. Pure.
 */
import { DEFAULT_ROOM } from "@screen-share/protocol";
import { ageWords } from "../../player/core/age.ts";
import type { ConnectionState } from "../../player/core/connection-state.ts";
import type { Snapshot } from "../../player/core/snapshot.ts";
import {
  type Action,
  ENDING_WORDS,
  LOSS_WORDS,
  OFFLINE_WORDS,
  type Words,
} from "./failure-words.ts";

/**
 * `good`: nobody needs to look. `calm`: it is this person's turn. `busy`: it goes on by itself, soon. `away`: it waits for somebody else.
 * `bad`: something is wrong.
 */
export type Tone = "good" | "calm" | "busy" | "away" | "bad";

export interface Status extends Words {
  readonly tone: Tone;
  /** When it is tried again, in words with a number that counts down. */
  readonly counting: string | undefined;
  /** Nobody needs to read it now: it may shrink to its dot. */
  readonly quiet: boolean;
  /** Short remarks, most important first. They may count, too. */
  readonly remarks: readonly string[];
  /** Whether to say how a screen is shared here. */
  readonly invites: boolean;
  readonly actions: readonly Action[];
}

/**
 * @param browser.online whether the browser believes that there is a network; it may be wrong about this very machine
 * @param browser.seesItself whether this page is on the screen that it shows
 */
export function statusOf(
  snapshot: Snapshot,
  browser: { readonly online: boolean; readonly seesItself?: boolean },
): Status {
  const { connection } = snapshot;
  // It may be wrong about a relay on this very machine: that goes on talking.
  const isOffline = snapshot.unheard && !browser.online;
  const common = {
    counting: countingOf(snapshot, browser),
    remarks: remarksOf(snapshot),
    invites: false,
    quiet: false,
    actions: [],
  };
  switch (connection.state) {
    case "connecting":
      return connection.after === undefined
        ? { ...common, ...FIRST, tone: "busy" }
        : { ...common, ...lossStatus(connection.after, snapshot, browser) };
    case "connected":
      if (isOffline) return { ...common, ...OFFLINE };
      return { ...common, ...liveStatus(snapshot), ...(browser.seesItself && SELF) };
    case "waiting":
      return { ...common, ...(isOffline ? OFFLINE : waitingStatus(connection.host, snapshot)) };
    case "disconnected":
      return { ...common, ...lossStatus(connection.loss, snapshot, browser) };
    case "ended":
      return {
        ...common,
        // Nothing is wrong with a bare address: it only does not say enough.
        tone: connection.ending.kind === "no-token" ? "calm" : "bad",
        ...ENDING_WORDS[connection.ending.kind](connection.ending),
      };
    default:
      return connection satisfies never;
  }
}

/** Only while the picture is live: what else is said matters more. */
const SELF: Words & Pick<Status, "tone" | "quiet"> = {
  tone: "calm",
  quiet: false,
  title: "You are looking at your own screen",
  detail:
    "This page is on the screen that is shared, so the picture contains itself. Other viewers are not affected. Open the link on another device, or close this page.",
};

const OFFLINE = { ...OFFLINE_WORDS, tone: "bad" } as const;
const FIRST: Words = { title: "Connecting…", detail: undefined };

function liveStatus({
  picture,
  ageS,
  undecodable,
  arriving,
  behind,
}: Snapshot): Words & Pick<Status, "tone"> & Partial<Pick<Status, "quiet">> {
  if (undecodable && (!picture || ageS !== undefined)) {
    return {
      tone: "bad",
      title: "The host’s picture cannot be shown",
      detail:
        "It arrives, but this browser cannot decode it. It may be damaged, or of a kind that the browser does not know.",
    };
  }
  if (!picture) {
    return { tone: "busy", title: "The host is live", detail: "The picture is on its way." };
  }
  if (ageS !== undefined) {
    return {
      tone: "away",
      title: "Nothing new from the host",
      detail: "It is live, but its pictures do not arrive. Its own connection may be slow.",
    };
  }
  if (arriving !== undefined) {
    return {
      tone: "busy",
      title: "The picture is arriving",
      detail: "Until it is complete, parts of it are missing or old.",
    };
  }
  return behind
    ? { tone: "busy", quiet: true, title: "Catching up", detail: undefined }
    : { tone: "good", quiet: true, title: "Live", detail: undefined };
}

function waitingStatus(
  host: Extract<ConnectionState, { state: "waiting" }>["host"],
  { picture }: Snapshot,
): Words & Pick<Status, "tone" | "invites"> {
  switch (host) {
    case "unknown":
      return { ...FIRST, tone: "busy", invites: false };
    case "offline":
      return picture
        ? {
            tone: "away",
            invites: false,
            title: "The host is offline",
            detail: "This is the last picture. It goes on by itself when the host is back.",
          }
        : {
            tone: "away",
            invites: true,
            title: "Waiting for the host",
            detail:
              "Nobody is sharing here right now. The screen appears by itself when somebody is.",
          };
    case "paused":
      return {
        tone: "away",
        invites: false,
        title: "The host has paused",
        detail: "It goes on by itself when the host does.",
      };
    case "stopped":
      return {
        tone: "away",
        invites: true,
        title: "The host has stopped sharing",
        detail: "The picture was taken down. If sharing starts again, it appears here by itself.",
      };
    default:
      return host satisfies never;
  }
}

function lossStatus(
  { kind }: Extract<ConnectionState, { state: "disconnected" }>["loss"],
  { picture }: Snapshot,
  { online }: { readonly online: boolean },
): Words & Pick<Status, "tone" | "actions"> {
  const words = online ? LOSS_WORDS[kind] : OFFLINE_WORDS;
  const stays = picture && kind === "lost" && online;
  const actions: readonly Action[] = kind === "garbled" ? ["retry", "reload"] : ["retry"];
  return {
    tone: kind === "restarting" && online ? "busy" : "bad",
    title: words.title,
    detail: stays ? "The last picture stays until it is back." : words.detail,
    actions,
  };
}

function countingOf(
  { connection, retryInS }: Snapshot,
  { online }: { readonly online: boolean },
): string | undefined {
  if (connection.state === "connecting" && connection.after) return "Trying again now…";
  if (retryInS === undefined || !online) return undefined;
  return `Trying again in ${retryInS} s`;
}

function remarksOf({ connection, ageS, arriving, behind }: Snapshot): readonly string[] {
  const viewers = "viewers" in connection ? connection.viewers : undefined;
  const live = connection.state === "connected";
  return [
    // A picture that comes in one piece is not there before it is complete.
    live && arriving ? `${arriving} % received` : undefined,
    live && behind && arriving === undefined ? "parts of the picture are older" : undefined,
    ageS === undefined ? undefined : `picture from ${ageWords(ageS)}`,
    viewers === undefined ? undefined : viewersWords(viewers, connection.state),
  ].filter((remark) => remark !== undefined);
}

/** Whoever reads this is one of them. */
function viewersWords(viewers: number, state: ConnectionState["state"]): string {
  const doing = state === "waiting" ? "waiting" : "watching";
  return viewers === 1 ? `only you are ${doing}` : `${viewers} ${doing}`;
}

/** What stands on a copy of the picture elsewhere while it is not the present; undefined while it is. */
export function agedWords(
  snapshot: Snapshot,
  browser: { readonly online: boolean },
): string | undefined {
  const { ageS } = snapshot;
  if (ageS === undefined) return undefined;
  return `${statusOf(snapshot, browser).title} · picture from ${ageWords(ageS)}`;
}

/** The page's title: where one is, and how it stands, without numbers that count. */
export function titleOf(snapshot: Snapshot, browser: { readonly online: boolean }): string {
  const { room, connection, picture } = snapshot;
  const place =
    room === undefined || room === DEFAULT_ROOM ? "Screen Share" : `${room} · Screen Share`;
  const unremarkable = connection.state === "connected" && !picture && !snapshot.unheard;
  return unremarkable ? place : `${statusOf(snapshot, browser).title} · ${place}`;
}
