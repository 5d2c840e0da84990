/** The figures and their names, for the table and for the report. The rows are always the same, so that the table does not jump. */
import type { ConnectionState } from "../../player/core/connection-state.ts";
import type { Part } from "../../player/meter/latency.ts";
import type { Statistics } from "../../player/meter/statistics.ts";
import { bytes, digits, duration, milliseconds, percent, rate, UNKNOWN } from "./figures.ts";

type Row = readonly [name: string, value: string];
export type Section = readonly [title: string, rows: readonly Row[]];

export const PART_NAMES: Readonly<Record<Part, string>> = {
  captureMs: "Capture",
  uplinkMs: "Host’s uplink",
  linkMs: "Relay and your link",
  decodeMs: "Decode and draw",
};

export function sectionsOf(statistics: Statistics): readonly Section[] {
  const { connection, connectedS, losses, latency, picture, clockErrorMs, linkBytesPerSecond } =
    statistics;
  return [
    [
      "Latency",
      [
        ["Host’s screen to yours", milliseconds(latency.p50Ms)],
        ["95th percentile", milliseconds(latency.p95Ms)],
        ["Clock error", known(clockErrorMs, (ms) => `±${milliseconds(Math.ceil(ms))}`)],
        ["Round trip to the relay", milliseconds(statistics.roundTripMs)],
      ],
    ],
    [
      "Picture",
      [
        ["Frame rate", `${digits(statistics.paintedFps)} fps`],
        ["Size", known(picture, ({ width, height }) => `${width}×${height}`)],
        ["Codec", statistics.codec ?? UNKNOWN],
        ["Last update", known(statistics.ageMs, (ms) => `${milliseconds(ms)} ago`)],
        ["Redraw interval", known(statistics.renewalMs, milliseconds, "immediate")],
        ["Decoding errors", String(statistics.undecodable)],
      ],
    ],
    [
      "Transfer",
      [
        ["Received", `${bytes(statistics.bytesPerSecond)}/s`],
        ["Bit rate", rate(statistics.bytesPerSecond)],
        ["Updates", `${digits(statistics.updatesPerSecond)} per second`],
        ["Update size", known(statistics.updateBytes, bytes)],
        ["Partial updates", percent(statistics.cutShare)],
        ["Connection limit", known(linkBytesPerSecond, rate, "not reached")],
        ["Reduced quality", percent(statistics.coarseShare)],
        ["Merged updates", `${digits(statistics.mergedPerSecond)} per second`],
      ],
    ],
    [
      "Connection",
      [
        ["Relay", connectedS === undefined ? connection.state : "connected"],
        ["Connected for", known(connectedS, duration)],
        ["Host", hostState(connection)],
        ["Viewers", known("viewers" in connection ? connection.viewers : undefined, String)],
        ["Connection lost", losses === 1 ? "once" : `${losses} times`],
        ["Tab hidden for", duration(statistics.hiddenS)],
      ],
    ],
  ];
}

function known<T>(value: T | undefined, format: (value: T) => string, otherwise = UNKNOWN): string {
  return value === undefined ? otherwise : format(value);
}

function hostState(connection: ConnectionState): string {
  if (connection.state === "connected") return "live";
  return connection.state === "waiting" ? connection.host : UNKNOWN;
}
