/**
 * Says in one sentence what keeps the picture from being faster, or that nothing does. It goes by the figures of the last seconds; another
 * answer has to hold for a while before it takes the place of the one before.
 */

import type { Statistics } from "../../player/meter/statistics.ts";
import { PARTS, type Part } from "../../player/meter/typical-latency.ts";
import { milliseconds, rate } from "./figures.ts";

/** Usually there in less: nobody minds. */
const WELL_MS = 150;
/** A round trip of more than this is felt, whatever is done about it. */
const FAR_MS = 200;
/** What a link may take beside its distance before it is the link that is slow. */
const LINK_QUEUE_MS = 60;
/** If the relay has more to send for so much of the time, something here cannot take it. A page that is turned now and then is less. */
const BEHIND_SHARE = 0.3;
/** A device that is decoding and drawing for so much of the time can do no more. */
const BUSY_SHARE = 0.7;
/** If so many of the tiles are coarser than meant, the host's connection could not carry finer ones. */
const COARSE_SHARE = 0.2;
/** What is said already stays until it is this much better. */
const EASE = 0.7;
/** Another answer is given once it was right so many times in a row. */
const PATIENCE = 3;

export type BottleneckKind =
  | "nothing"
  | "capture"
  | "uplink"
  | "link"
  | "distance"
  | "device"
  /** Nothing moves. */
  | "still"
  | "measuring"
  /** Nothing can come: nobody looks, the host does not share, the relay is not there. */
  | "hidden"
  | "host"
  | "relay";

export interface Bottleneck {
  readonly kind: BottleneckKind;
  readonly words: string;
}

/** What it goes by. */
export type Figures = Omit<Statistics, "history" | "ageMs">;

/** These are no matter of measuring: they count at once. */
const PLAIN: ReadonlySet<BottleneckKind> = new Set(["measuring", "hidden", "host", "relay"]);
/** Good news may come early. */
const HARMLESS: ReadonlySet<BottleneckKind> = new Set(["nothing", "still"]);
const MEASURING: Bottleneck = { kind: "measuring", words: "Measuring…" };

export class BottleneckWatch {
  #said = MEASURING;
  #other: BottleneckKind | undefined;
  #times = 0;

  /** To be asked about once a second. */
  next(figures: Figures): Bottleneck {
    const found = bottleneckOf(figures, this.#said.kind);
    if (found.kind === this.#said.kind) {
      this.#other = undefined;
      this.#said = found;
      return found;
    }
    this.#times = found.kind === this.#other ? this.#times + 1 : 1;
    this.#other = found.kind;
    const isNews = PLAIN.has(this.#said.kind);
    const atOnce = PLAIN.has(found.kind) || (isNews && HARMLESS.has(found.kind));
    if (atOnce || this.#times >= PATIENCE) this.#said = found;
    else if (isNews) this.#said = MEASURING;
    return this.#said;
  }
}

/** @param said what was the answer before: its thresholds are lower */
export function bottleneckOf(figures: Figures, said?: BottleneckKind): Bottleneck {
  const { kind, words } = plainly(figures) ?? measured(figures, said);
  return { kind, words };
}

/** What needs no measuring; undefined: that the picture comes, and how. */
function plainly(figures: Figures): Bottleneck | undefined {
  const { connection, visible, latency, joining, quiet } = figures;
  switch (connection.state) {
    case "connected":
      break;
    case "waiting":
      return { kind: "host", words: HOST_WORDS[connection.host] };
    case "connecting":
    case "disconnected":
    case "ended":
      return { kind: "relay", words: "There is no connection to the relay." };
    default:
      return connection satisfies never;
  }
  if (!visible) return { kind: "hidden", words: "This tab is hidden, so nothing is sent to it." };
  if (joining || latency.count === 0) return { kind: "measuring", words: joiningWords(figures) };
  return quiet ? { kind: "still", words: "Nothing moves on the host’s screen." } : undefined;
}

function joiningWords({ picture, updatesPerSecond, linkBytesPerSecond }: Figures): string {
  if (picture) return "Measuring…";
  if (updatesPerSecond === 0) return "Waiting for the first picture.";
  const how = linkBytesPerSecond === undefined ? "" : `: ${rate(linkBytesPerSecond)}`;
  return `The first picture is on its way${how}.`;
}

const HOST_WORDS = {
  offline: "The host is offline, so nothing new can come.",
  stopped: "The host has stopped sharing.",
  paused: "The host has paused sharing, so nothing new comes.",
  unknown: "The relay has not told yet whether the host is there.",
} as const;

function measured(figures: Figures, said: BottleneckKind | undefined): Bottleneck {
  const { latency, behindShare, drawingShare } = figures;
  const ease = (kind: BottleneckKind) => (kind === said ? EASE : 1);
  const behind = behindShare >= BEHIND_SHARE * Math.min(ease("link"), ease("device"));
  const busy = drawingShare >= BUSY_SHARE * ease("device");
  const slowest = slowestPart(figures);
  const wellMs = WELL_MS * (said === undefined || said === "nothing" ? 1 : EASE);
  const slow = sumOf(latency) >= wellMs;
  if (busy && (behind || slow)) return device(figures);
  if (behind) return link(figures);
  if (!slow) return well(figures);
  switch (slowest) {
    case "captureMs":
      // A picture that has to wait for the connection is encoded late: that is not the computer's fault.
      return figures.coarseShare >= COARSE_SHARE ? uplink(figures) : capture(figures);
    case "uplinkMs":
      return uplink(figures);
    case "linkMs":
      return isFar(figures) ? distance(figures) : link(figures);
    case "decodeMs":
      return device(figures);
    default:
      return slowest satisfies never;
  }
}

function sumOf(latency: Statistics["latency"]): number {
  return latency.p50Ms ?? PARTS.reduce((sum, part) => sum + (latency[part] ?? 0), 0);
}

function slowestPart({ latency }: Figures): Part {
  return PARTS.reduce((most, part) => ((latency[part] ?? 0) > (latency[most] ?? 0) ? part : most));
}

/** The link takes about as long as its distance alone would. */
function isFar({ latency, clockErrorMs = 0 }: Figures): boolean {
  return 2 * clockErrorMs >= FAR_MS && (latency.linkMs ?? 0) <= clockErrorMs + LINK_QUEUE_MS;
}

function well({ latency, clockErrorMs }: Figures): Bottleneck {
  const { p50Ms, captureMs, linkMs, decodeMs } = latency;
  const words = () => {
    if (clockErrorMs === undefined || linkMs === undefined || decodeMs === undefined) {
      return "All seems well; how long a picture takes is not known yet.";
    }
    if (captureMs === undefined || p50Ms === undefined) {
      return `All is well: ${milliseconds(linkMs + decodeMs)} from the relay to your screen.`;
    }
    return `All is well: ${milliseconds(p50Ms)} from the host’s screen to yours.`;
  };
  return { kind: "nothing", words: words() };
}

function capture({ latency: { captureMs = 0 } }: Figures): Bottleneck {
  const took = milliseconds(captureMs);
  const words = `The host’s computer is the limit: it takes ${took} to grab and encode a picture.`;
  return { kind: "capture", words };
}

function uplink({ latency: { uplinkMs = 0 }, coarseShare }: Figures): Bottleneck {
  const so = coarseShare >= COARSE_SHARE ? ", though it sends coarser ones" : "";
  const took = milliseconds(uplinkMs);
  const words = `The host’s connection is the limit: a picture takes ${took} to the relay${so}.`;
  return { kind: "uplink", words };
}

function link({ linkBytesPerSecond, latency: { linkMs = 0 } }: Figures): Bottleneck {
  const what =
    linkBytesPerSecond === undefined
      ? `a picture takes ${milliseconds(linkMs)} from the relay`
      : rate(linkBytesPerSecond);
  return { kind: "link", words: `Your connection is the limit: ${what}.` };
}

function distance({ clockErrorMs = 0 }: Figures): Bottleneck {
  const trip = milliseconds(2 * clockErrorMs);
  return { kind: "distance", words: `The relay is far away: ${trip} there and back.` };
}

function device({ latency: { decodeMs = 0 } }: Figures): Bottleneck {
  const took = milliseconds(decodeMs);
  const words = `This device is the limit: it takes ${took} to decode and draw a picture.`;
  return { kind: "device", words };
}
