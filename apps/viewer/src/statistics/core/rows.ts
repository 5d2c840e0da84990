/** The figures under their names, for a table on the page and for a text alike. The same rows always, so that nothing jumps. */
import type { ConnectionState } from "../../player/core/connection-state.ts";
import type { Statistics } from "../../player/meter/statistics.ts";
import type { Part } from "../../player/meter/typical-latency.ts";
import { bytes, digits, duration, milliseconds, percent, rate } from "./figures.ts";

interface Row {
  readonly name: string;
  readonly value: string;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

const UNKNOWN = "–";

/** What the parts of the latency are called. */
export const PART_NAMES: Readonly<Record<Part, string>> = {
  captureMs: "Capture",
  uplinkMs: "Host’s uplink",
  linkMs: "Relay and your link",
  decodeMs: "Decode and draw",
};

export function sectionsOf(statistics: Statistics): readonly Section[] {
  return [
    { title: "Latency", rows: latencyRows(statistics) },
    { title: "Picture", rows: pictureRows(statistics) },
    { title: "Transfer", rows: transferRows(statistics) },
    { title: "Connection", rows: connectionRows(statistics) },
  ];
}

function latencyRows({ latency, clockErrorMs, roundTripMs }: Statistics): readonly Row[] {
  const { p50Ms, p95Ms } = latency;
  return [
    { name: "Host’s screen to yours", value: milliseconds(p50Ms) },
    { name: "95 % within", value: milliseconds(p95Ms) },
    {
      name: "Clocks agree to",
      value: clockErrorMs === undefined ? UNKNOWN : `±${milliseconds(Math.ceil(clockErrorMs))}`,
    },
    { name: "Round trip to the relay", value: milliseconds(roundTripMs) },
  ];
}

function pictureRows(statistics: Statistics): readonly Row[] {
  const { picture, codec, paintedFps, ageMs, renewalMs, undecodable } = statistics;
  const size = picture && `${picture.width}×${picture.height}`;
  return [
    { name: "Painted", value: `${digits(paintedFps)} fps` },
    { name: "Size", value: size ?? UNKNOWN },
    { name: "Codec", value: codec ?? UNKNOWN },
    { name: "Newest update is from", value: ageMs === undefined ? UNKNOWN : ago(ageMs) },
    {
      name: "What moves is renewed",
      value: renewalMs === undefined ? "at once" : every(renewalMs),
    },
    { name: "Could not be decoded", value: String(undecodable) },
  ];
}

function transferRows(statistics: Statistics): readonly Row[] {
  const { bytesPerSecond, updatesPerSecond, updateBytes, linkBytesPerSecond } = statistics;
  const { cutShare, coarseShare, mergedPerSecond } = statistics;
  return [
    { name: "Received", value: `${bytes(bytesPerSecond)}/s` },
    { name: "In bits", value: rate(bytesPerSecond) },
    { name: "Updates", value: `${digits(updatesPerSecond)} a second` },
    { name: "Size of an update", value: updateBytes === undefined ? UNKNOWN : bytes(updateBytes) },
    { name: "Came in part", value: percent(cutShare) },
    {
      name: "Your connection carries",
      value: linkBytesPerSecond === undefined ? "all of it" : rate(linkBytesPerSecond),
    },
    { name: "Coarser than usual", value: percent(coarseShare) },
    { name: "Drawn with a newer one", value: `${digits(mergedPerSecond)} a second` },
  ];
}

function connectionRows(statistics: Statistics): readonly Row[] {
  const { connection, connectedS, losses, hiddenS } = statistics;
  const viewers = "viewers" in connection ? connection.viewers : undefined;
  return [
    { name: "Relay", value: connectedS === undefined ? connection.state : "connected" },
    { name: "Connected for", value: connectedS === undefined ? UNKNOWN : duration(connectedS) },
    { name: "Host", value: hostWord(connection) },
    { name: "Watching", value: viewers === undefined ? UNKNOWN : String(viewers) },
    { name: "Connection lost", value: losses === 1 ? "once" : `${losses} times` },
    { name: "Tab was hidden for", value: duration(hiddenS) },
  ];
}

function hostWord(connection: ConnectionState): string {
  if (connection.state === "connected") return "live";
  return connection.state === "waiting" ? connection.host : UNKNOWN;
}

function ago(ms: number): string {
  return `${milliseconds(ms)} ago`;
}

function every(ms: number): string {
  return `every ${milliseconds(ms)}`;
}
