/** Finds what limits the picture, and describes it in one sentence. A different answer must hold for a while before it counts. */
import { PARTS, sumOfParts } from "../../player/meter/latency.ts";
import type { Statistics } from "../../player/meter/statistics.ts";
import { milliseconds, rate } from "./figures.ts";

/** A shorter latency is not noticed. */
const WELL_MS = 150;
/** A longer round trip is noticed, and only a nearer relay helps. */
const FAR_MS = 200;
/** A link may take this much longer than its distance before it counts as slow. */
const LINK_QUEUE_MS = 60;
/** If the relay has more to send for this share of the time, connection or device are too slow. */
const BEHIND_SHARE = 0.3;
/** A device that decodes and draws for this share of the time is at its limit. */
const BUSY_SHARE = 0.7;
/** If this share of the tiles is coarser than usual, the host's connection could not carry finer ones. */
const COARSE_SHARE = 0.2;
/** The current answer stays until things are this much better. */
const EASE = 0.7;
/** A different answer replaces the current one once it was found this many times in a row. */
const PATIENCE = 3;

export type BottleneckKind =
  | "nothing"
  | "capture"
  | "uplink"
  | "link"
  | "distance"
  | "device"
  /** Nothing changes on the screen. */
  | "still"
  | "measuring"
  /** Nothing can arrive. */
  | "hidden"
  | "host"
  | "relay";

export interface Bottleneck {
  readonly kind: BottleneckKind;
  readonly words: string;
}

export type Figures = Omit<Statistics, "history" | "ageMs">;

/** Facts that need no measuring count at once. */
const FACTS: ReadonlySet<BottleneckKind> = new Set(["measuring", "hidden", "host", "relay"]);
/** Good news counts at once after a fact. */
const GOOD: ReadonlySet<BottleneckKind> = new Set(["nothing", "still"]);
const MEASURING: Bottleneck = { kind: "measuring", words: "Measuring…" };

export class BottleneckWatch {
  #current = MEASURING;
  #other: BottleneckKind | undefined;
  #times = 0;

  /** Must be called about once a second. */
  next(figures: Figures): Bottleneck {
    const found = bottleneckOf(figures, this.#current.kind);
    if (found.kind === this.#current.kind) {
      this.#other = undefined;
      this.#current = found;
      return found;
    }
    this.#times = found.kind === this.#other ? this.#times + 1 : 1;
    this.#other = found.kind;
    const afterFact = FACTS.has(this.#current.kind);
    const atOnce = FACTS.has(found.kind) || (afterFact && GOOD.has(found.kind));
    if (atOnce || this.#times >= PATIENCE) this.#current = found;
    else if (afterFact) this.#current = MEASURING;
    return this.#current;
  }
}

/** @param current the current answer, whose thresholds are lower */
export function bottleneckOf(figures: Figures, current?: BottleneckKind): Bottleneck {
  const kind = factOf(figures) ?? measured(figures, current);
  return { kind, words: WORDS[kind](figures) };
}

/** Undefined if the picture arrives, so that its figures count. */
function factOf(figures: Figures): BottleneckKind | undefined {
  const { connection, visible, latency, joining, quiet } = figures;
  if (connection.state === "waiting") return "host";
  if (connection.state !== "connected") return "relay";
  if (!visible) return "hidden";
  if (joining || latency.count === 0) return "measuring";
  return quiet ? "still" : undefined;
}

function measured(figures: Figures, current: BottleneckKind | undefined): BottleneckKind {
  const { latency, behindShare, drawingShare } = figures;
  const ease = (kind: BottleneckKind) => (kind === current ? EASE : 1);
  const behind = behindShare >= BEHIND_SHARE * Math.min(ease("link"), ease("device"));
  const busy = drawingShare >= BUSY_SHARE * ease("device");
  const wellMs = WELL_MS * (current === undefined || current === "nothing" ? 1 : EASE);
  const slow = (latency.p50Ms ?? sumOfParts(latency)) >= wellMs;
  if (busy && (behind || slow)) return "device";
  if (behind) return "link";
  if (!slow) return "nothing";
  const slowest = PARTS.reduce((most, part) =>
    (latency[part] ?? 0) > (latency[most] ?? 0) ? part : most,
  );
  switch (slowest) {
    case "captureMs":
      // A picture that waits for the connection is encoded late: that is not the computer's fault.
      return isCoarse(figures) ? "uplink" : "capture";
    case "uplinkMs":
      return "uplink";
    case "linkMs":
      return isFar(figures) ? "distance" : "link";
    case "decodeMs":
      return "device";
    default:
      return slowest satisfies never;
  }
}

function isCoarse({ coarseShare }: Figures): boolean {
  return coarseShare >= COARSE_SHARE;
}

/** Whether the link takes about as long as its distance alone. */
function isFar({ latency, clockErrorMs = 0 }: Figures): boolean {
  return 2 * clockErrorMs >= FAR_MS && (latency.linkMs ?? 0) <= clockErrorMs + LINK_QUEUE_MS;
}

const WORDS: Readonly<Record<BottleneckKind, (figures: Figures) => string>> = {
  nothing: wellWords,
  capture: ({ latency: { captureMs = 0 } }) =>
    `The host’s computer is the limit: it takes ${milliseconds(captureMs)} to grab and encode a picture.`,
  uplink: uplinkWords,
  link: ({ linkBytesPerSecond, latency: { linkMs = 0 } }) =>
    linkBytesPerSecond === undefined
      ? `Your connection is the limit: a picture takes ${milliseconds(linkMs)} from the relay.`
      : `Your connection is the limit: ${rate(linkBytesPerSecond)}.`,
  distance: ({ clockErrorMs = 0 }) =>
    `The relay is far away: ${milliseconds(2 * clockErrorMs)} there and back.`,
  device: ({ latency: { decodeMs = 0 } }) =>
    `This device is the limit: it takes ${milliseconds(decodeMs)} to decode and draw a picture.`,
  still: () => "Nothing is changing on the host’s screen.",
  measuring: measuringWords,
  hidden: () => "This tab is hidden, so nothing is sent to it.",
  host: ({ connection }) =>
    HOST_WORDS[connection.state === "waiting" ? connection.host : "unknown"],
  relay: () => "There is no connection to the relay.",
};

const HOST_WORDS = {
  offline: "The host is offline, so nothing new arrives.",
  stopped: "The host has stopped sharing.",
  paused: "The host has paused sharing, so nothing new arrives.",
  unknown: "The relay has not yet reported whether the host is online.",
} as const;

function wellWords({ latency, clockErrorMs }: Figures): string {
  const { p50Ms, captureMs, linkMs, decodeMs } = latency;
  if (clockErrorMs === undefined || linkMs === undefined || decodeMs === undefined) {
    return "All seems well, but the latency is not known yet.";
  }
  return captureMs === undefined || p50Ms === undefined
    ? `All is well: ${milliseconds(linkMs + decodeMs)} from the relay to your screen.`
    : `All is well: ${milliseconds(p50Ms)} from the host’s screen to yours.`;
}

function uplinkWords(figures: Figures): string {
  const took = milliseconds(figures.latency.uplinkMs ?? 0);
  const quality = isCoarse(figures) ? ", even at reduced quality" : "";
  return `The host’s connection is the limit: a picture takes ${took} to the relay${quality}.`;
}

function measuringWords({ picture, updatesPerSecond, linkBytesPerSecond }: Figures): string {
  if (picture) return "Measuring…";
  if (updatesPerSecond === 0) return "Waiting for the first picture.";
  const speed = linkBytesPerSecond === undefined ? "" : `: ${rate(linkBytesPerSecond)}`;
  return `The first picture is on its way${speed}.`;
}
