import { describe, expect, it } from "vitest";
import { type BottleneckKind, BottleneckWatch, bottleneckOf, type Figures } from "./bottleneck.ts";

/** A live picture that is drawn at once: what most links are like. */
const WELL: Figures = {
  connection: { state: "connected", viewers: 1 },
  connectedS: 30,
  losses: 0,
  hiddenS: 0,
  visible: true,
  picture: { width: 1920, height: 1080 },
  codec: "jpeg-tiles",
  latency: {
    p50Ms: 43,
    p95Ms: 60,
    captureMs: 14,
    uplinkMs: 9,
    linkMs: 11,
    decodeMs: 9,
    count: 50,
  },
  quiet: false,
  clockErrorMs: 4,
  roundTripMs: 8,
  paintedFps: 10,
  updatesPerSecond: 10,
  bytesPerSecond: 300_000,
  updateBytes: 30_000,
  joining: false,
  behindShare: 0,
  cutShare: 0,
  coarseShare: 0,
  renewalMs: undefined,
  linkBytesPerSecond: undefined,
  mergedPerSecond: 0,
  drawingShare: 0.1,
  undecodable: 0,
};

type Split = Partial<Figures["latency"]>;

function figures(more: Partial<Figures> = {}, split: Split = {}): Figures {
  const latency = { ...WELL.latency, ...split };
  const { captureMs = 0, uplinkMs = 0, linkMs = 0, decodeMs = 0 } = latency;
  const p50Ms = "p50Ms" in split ? split.p50Ms : captureMs + uplinkMs + linkMs + decodeMs;
  return { ...WELL, ...more, latency: { ...latency, p50Ms } };
}

const CUT: Partial<Figures> = { behindShare: 0.9, cutShare: 0.9, linkBytesPerSecond: 117_000 };

describe("the bottleneck", () => {
  const cases: readonly (readonly [
    what: string,
    figures: Figures,
    kind: BottleneckKind,
    words: string,
  ])[] = [
    [
      "nothing is slow",
      figures(),
      "nothing",
      "All is well: 43 ms from the host’s screen to yours.",
    ],
    [
      "a plain producer reports no times",
      figures({}, { captureMs: undefined, uplinkMs: undefined, p50Ms: 20 }),
      "nothing",
      "All is well: 20 ms from the relay to your screen.",
    ],
    [
      "the clocks are not known yet",
      figures({ clockErrorMs: undefined }, { linkMs: undefined, p50Ms: undefined }),
      "nothing",
      "All seems well, but the latency is not known yet.",
    ],
    [
      "the host takes long to grab and encode",
      figures({}, { captureMs: 180 }),
      "capture",
      "The host’s computer is the limit: it takes 180 ms to grab and encode a picture.",
    ],
    [
      "the host's uplink is full",
      figures({}, { uplinkMs: 420 }),
      "uplink",
      "The host’s connection is the limit: a picture takes 420 ms to the relay.",
    ],
    [
      "the host's uplink is so full that pictures wait and are made coarser",
      figures({ coarseShare: 0.6 }, { captureMs: 170, uplinkMs: 140 }),
      "uplink",
      "The host’s connection is the limit: a picture takes 140 ms to the relay, even at reduced quality.",
    ],
    [
      "the relay has to cut what it sends us",
      figures(CUT, { linkMs: 240 }),
      "link",
      "Your connection is the limit: 0.94 Mbit/s.",
    ],
    [
      "the relay has to cut, though each part soon arrives",
      figures(CUT, { linkMs: 60 }),
      "link",
      "Your connection is the limit: 0.94 Mbit/s.",
    ],
    [
      "whole pictures take long from the relay",
      figures({ codec: "jpeg" }, { linkMs: 300 }),
      "link",
      "Your connection is the limit: a picture takes 300 ms from the relay.",
    ],
    [
      "the relay is on another continent",
      figures({ clockErrorMs: 140 }, { linkMs: 160 }),
      "distance",
      "The relay is far away: 280 ms there and back.",
    ],
    [
      "drawing takes all the time, so the relay cuts",
      figures({ ...CUT, drawingShare: 0.95 }, { decodeMs: 120 }),
      "device",
      "This device is the limit: it takes 120 ms to decode and draw a picture.",
    ],
    [
      "decoding takes long, with pauses between",
      figures({ drawingShare: 0.4 }, { decodeMs: 200 }),
      "device",
      "This device is the limit: it takes 200 ms to decode and draw a picture.",
    ],
    [
      "drawing takes all the time, but pictures are soon there",
      figures({ drawingShare: 0.9 }),
      "nothing",
      "All is well: 43 ms from the host’s screen to yours.",
    ],
    [
      "only heartbeats arrive",
      figures({ quiet: true }),
      "still",
      "Nothing is changing on the host’s screen.",
    ],
    [
      "pages are turned occasionally, each in parts",
      figures({ ...CUT, behindShare: 0.1 }),
      "nothing",
      "All is well: 43 ms from the host’s screen to yours.",
    ],
    ["nothing has arrived yet", figures({ quiet: true }, { count: 0 }), "measuring", "Measuring…"],
    [
      "it joins with the last picture",
      figures({ ...CUT, joining: true }),
      "measuring",
      "Measuring…",
    ],
    [
      "it joins and has no picture yet",
      figures({ ...CUT, joining: true, picture: undefined }),
      "measuring",
      "The first picture is on its way: 0.94 Mbit/s.",
    ],
    [
      "it joins and nothing has arrived yet",
      figures({ joining: true, picture: undefined, updatesPerSecond: 0 }),
      "measuring",
      "Waiting for the first picture.",
    ],
    [
      "the tab is hidden",
      figures({ visible: false }, { count: 0 }),
      "hidden",
      "This tab is hidden, so nothing is sent to it.",
    ],
    [
      "the host has paused",
      figures({ connection: { state: "waiting", host: "paused", viewers: 1 } }),
      "host",
      "The host has paused sharing, so nothing new arrives.",
    ],
    [
      "the host is offline",
      figures({ connection: { state: "waiting", host: "offline", viewers: 1 } }),
      "host",
      "The host is offline, so nothing new arrives.",
    ],
    [
      "the relay is gone",
      figures({ connection: { state: "connecting", after: undefined } }),
      "relay",
      "There is no connection to the relay.",
    ],
  ];
  it.each(cases)("is found if %s", (_what, given, kind, words) => {
    expect(bottleneckOf(given)).toEqual({ kind, words });
  });
});

describe("the answer", () => {
  function kindsOf(watch: BottleneckWatch, given: readonly Figures[]): BottleneckKind[] {
    return given.map((one) => watch.next(one).kind);
  }
  const slow = figures(CUT, { linkMs: 240 });

  it("changes once a different one has held for three seconds, not for a hiccup", () => {
    const watch = new BottleneckWatch();
    expect(kindsOf(watch, [figures(), slow, slow, figures(), slow, slow, slow])).toEqual([
      "nothing",
      "nothing",
      "nothing",
      "nothing",
      "nothing",
      "nothing",
      "link",
    ]);
  });

  it("stays while things are only a little better", () => {
    const watch = new BottleneckWatch();
    kindsOf(watch, [slow, slow, slow]);
    const nearly = figures({ ...CUT, behindShare: 0.25 }, { linkMs: 60 });
    expect(bottleneckOf(nearly).kind).toBe("nothing");
    expect(kindsOf(watch, [nearly, nearly, nearly, nearly])).toEqual(Array(4).fill("link"));
    expect(kindsOf(watch, [figures(), figures(), figures()]).at(-1)).toBe("nothing");
  });

  it("changes at once for facts that need no measuring", () => {
    const watch = new BottleneckWatch();
    const away = figures({ connection: { state: "connecting", after: undefined } });
    const hidden = figures({ visible: false });
    expect(kindsOf(watch, [figures(), away, figures(), hidden, figures()])).toEqual([
      "nothing",
      "relay",
      "nothing",
      "hidden",
      "nothing",
    ]);
  });

  it("is no complaint before that has held for three seconds, whatever the previous answer was", () => {
    const watch = new BottleneckWatch();
    const away = figures({ connection: { state: "connecting", after: undefined } });
    expect(kindsOf(watch, [slow, slow, slow, away, slow, slow, slow])).toEqual([
      "measuring",
      "measuring",
      "link",
      "relay",
      "measuring",
      "measuring",
      "link",
    ]);
  });

  it("always contains the newest figures", () => {
    const watch = new BottleneckWatch();
    watch.next(figures());
    expect(watch.next(figures({}, { decodeMs: 20 })).words).toContain("54 ms");
  });
});
