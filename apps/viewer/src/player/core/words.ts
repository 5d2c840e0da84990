/** What the status bar and the title say. */
import { DEFAULT_ROOM } from "@screen-share/protocol";
import { ageWords } from "./age.ts";
import type { Snapshot } from "./snapshot.ts";

export interface StatusWords {
  /** Changes only with the state, so that it can be read aloud when it does. */
  readonly words: string;
  /** Goes on from `words` with a number that counts down. */
  readonly counting: string | undefined;
  /** Short remarks, most important first. */
  readonly remarks: readonly string[];
  /** The command that would bring a picture; only while there has been none. */
  readonly command: string | undefined;
}

export function statusWords(snapshot: Snapshot): StatusWords {
  const { connection, picture, ageS } = snapshot;
  const remarks: string[] = [];
  if (connection.state === "disconnected" && !connection.full) {
    remarks.push(sentence(connection.meaning));
  }
  if (connection.state === "waiting" && connection.host === "paused") {
    remarks.push("Sharing is paused");
  }
  if (ageS !== undefined) remarks.push(`picture from ${ageWords(ageS)}`);
  if ("viewers" in connection && connection.viewers !== undefined) {
    remarks.push(`${connection.viewers} watching`);
  }
  const { retryInS } = snapshot;
  const hostIsMissing = connection.state === "waiting" && connection.host === "offline";
  return {
    words: stateWords(snapshot),
    counting: retryInS === undefined ? undefined : `in ${retryInS} s`,
    remarks,
    command: hostIsMissing && !picture ? captureCommand(snapshot.room) : undefined,
  };
}

function stateWords({ connection, ageS }: Snapshot): string {
  switch (connection.state) {
    case "connecting":
      return "Connecting…";
    case "connected":
      return ageS === undefined ? "Connected" : "No new picture from the host…";
    case "waiting":
      return "Waiting for the host…";
    case "disconnected":
      return connection.full
        ? `${sentence(connection.meaning)} — trying again`
        : "Disconnected — reconnecting";
    case "ended":
      return sentence(connection.reason);
    default:
      return connection satisfies never;
  }
}

function captureCommand(room = DEFAULT_ROOM): string {
  return room === DEFAULT_ROOM ? "pnpm capture" : `pnpm capture --room ${room}`;
}

/** The page's title: where one is, and how it stands, without numbers that count. */
export function titleWords({ room, connection, picture, ageS }: Snapshot): string {
  const place =
    room === undefined || room === DEFAULT_ROOM ? "Screen Share" : `${room} · Screen Share`;
  switch (connection.state) {
    case "connecting":
      return `Connecting… · ${place}`;
    case "connected":
      return picture && ageS === undefined ? `Live · ${place}` : place;
    case "waiting":
      return `Waiting · ${place}`;
    case "disconnected":
      return `${connection.full ? "Full" : "Disconnected"} · ${place}`;
    case "ended":
      return `Ended · ${place}`;
    default:
      return connection satisfies never;
  }
}

function sentence(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
