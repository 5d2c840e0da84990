/** Sessions for tests of recordings: changes, cuts, refreshes, new sizes and lost connections in any order. */
import {
  ClockOffset,
  cellsOf,
  codecNamed,
  decodeUpdate,
  geometryOf,
  parseProducerMessage,
  Replica,
  type StreamDescription,
  type Tile,
  tileMcuCount,
} from "@screen-share/protocol";
import { encodeTiles, encodeWhole, screenLike } from "@screen-share/protocol/testing";
import fc from "fast-check";
import { nodePlatform } from "../src/node/platform.ts";
import { Recorder } from "../src/recording/recorder.ts";
import { PublishSession } from "../src/session.ts";
import { keptLog } from "./frames.ts";
import { MemoryFile } from "./memory-file.ts";

export type Step =
  /** This many tiles change. */
  | { readonly kind: "change"; readonly count: number; readonly seed: number }
  /** This many of the pending tiles are sent, from one of them on. */
  | { readonly kind: "send"; readonly count: number; readonly from?: number }
  | { readonly kind: "refresh" | "reconnect" }
  | { readonly kind: "resize"; readonly to: number }
  | { readonly kind: "wait"; readonly ms: number };

const { tables } = encodeTiles(screenLike({ width: 8, height: 8 }));
const STREAMS: readonly StreamDescription[] = [
  { codec: "jpeg-tiles", width: 300, height: 40, tables: [tables] },
  { codec: "jpeg-tiles", width: 130, height: 9, tables: [tables] },
  // More than fits the first window.
  { codec: "jpeg-tiles", width: 1300, height: 300, tables: [tables] },
  { codec: "jpeg", width: 40, height: 30, tables: [] },
];

const STARTED_AT = 1_700_000_000_000;
const ALL = 1000;

const change = fc.record({ kind: fc.constant("change"), count: fc.nat(9), seed: fc.nat(999) });
const send = fc.record({ kind: fc.constant("send"), count: fc.nat(12), from: fc.nat(12) });
const resize = fc.record({ kind: fc.constant("resize"), to: fc.nat(STREAMS.length - 1) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: change },
  { weight: 6, arbitrary: send },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait"), ms: fc.nat(900) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("refresh", "reconnect") }) },
  { weight: 2, arbitrary: resize },
);

/** Any session that shows at least one whole picture. */
export const anySteps = fc
  .tuple(fc.nat(STREAMS.length - 1), fc.array(step, { maxLength: 60, size: "max" }))
  .map(([to, steps]): Step[] => [{ kind: "resize", to }, { kind: "send", count: ALL }, ...steps]);

/** Plays the steps against a session as the agent's pipeline would. @returns the recording, and what a relay that received the same holds */
export async function recordedSession(steps: readonly Step[]) {
  const file = new MemoryFile();
  let now = STARTED_AT;
  const timing = { ...nodePlatform, now: () => now };
  const recorder = new Recorder({ file, log: keptLog(), timing });
  const relay = new Replica();
  const transmit = (message: string | Uint8Array) => {
    recorder.record(message);
    if (typeof message !== "string") relay.apply(decodeUpdate(message));
    else {
      const parsed = parseProducerMessage(message);
      if (parsed.type === "stream") relay.describe(parsed.epoch, parsed.stream);
    }
    return true;
  };
  let session = new PublishSession(new ClockOffset(), transmit);
  let stream = STREAMS[0] as StreamDescription;
  let tiles: Tile[] = [];
  let waiting = new Set<number>();
  let updates = 0;
  for (const step of steps) {
    switch (step.kind) {
      case "wait":
        now += step.ms;
        break;
      case "change":
        for (let i = 0; i < Math.min(step.count, tiles.length); i++) {
          const index = (step.seed * 7 + i * 3) % tiles.length;
          tiles[index] = tileOf(stream, index, step.seed + i);
          waiting.add(index);
        }
        break;
      case "resize":
        stream = STREAMS[step.to] ?? stream;
        tiles = Array.from({ length: cellsOf(stream).count }, (_, i) => tileOf(stream, i, i));
        waiting = new Set(tiles.keys());
        break;
      case "refresh":
        session.refresh();
        waiting = new Set(tiles.keys());
        break;
      case "reconnect":
        session = new PublishSession(new ClockOffset(), transmit);
        relay.disconnect();
        waiting = new Set(tiles.keys());
        break;
      case "send": {
        const { count, from = 0 } = step;
        const turn = [...waiting].sort((a, b) => a - b);
        const chosen = [...turn.slice(from), ...turn.slice(0, from)].slice(0, count);
        chosen.sort((a, b) => a - b);
        for (const index of chosen) waiting.delete(index);
        const picture = {
          stream,
          subject: "test",
          keyframe: chosen.length === tiles.length,
          cut: waiting.size > 0,
          tiles: chosen.map((index) => tiles[index] as Tile),
          capturedAt: now,
          encodedAt: now,
        };
        session.publish(picture, now);
        updates++;
        break;
      }
      default:
        step satisfies never;
    }
  }
  await recorder.end();
  if (!relay.shown) throw new Error("no picture was whole");
  return { file: file.bytes, last: relay.shown, updates };
}

/** Bytes that a receiver accepts as a tile; another seed yields others. */
function tileOf(stream: StreamDescription, index: number, seed: number): Tile {
  if (!codecNamed(stream.codec)?.divisible) {
    return { index, table: 0, bytes: encodeWhole(screenLike(stream, seed)) };
  }
  const least = Math.ceil((tileMcuCount(geometryOf(stream), index) * 14) / 8);
  const length = least + (seed % 50);
  const bytes = Uint8Array.from({ length }, (_, at) => (seed * 31 + at * 7) % 255);
  return { index, table: 0, bytes };
}
