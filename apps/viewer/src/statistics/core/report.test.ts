import { describe, expect, it } from "vitest";
import type { Statistics } from "../../player/meter/statistics.ts";
import { reportOf } from "./report.ts";

const STATISTICS: Statistics = {
  connection: { state: "connected", viewers: 2 },
  connectedS: 185,
  losses: 1,
  hiddenS: 12,
  visible: true,
  picture: { width: 1920, height: 1080 },
  codec: "jpeg-tiles",
  ageMs: 90,
  latency: {
    p50Ms: 240,
    p95Ms: 1240,
    captureMs: 12,
    uplinkMs: 8,
    linkMs: 200,
    decodeMs: 20,
    count: 50,
  },
  joining: false,
  quiet: false,
  clockErrorMs: 3.5,
  roundTripMs: 9,
  paintedFps: 9.8,
  updatesPerSecond: 30,
  bytesPerSecond: 117_000,
  updateBytes: 3900,
  behindShare: 1,
  cutShare: 0.9,
  coarseShare: 0,
  renewalMs: 900,
  linkBytesPerSecond: 120_000,
  mergedPerSecond: 0.2,
  drawingShare: 0.2,
  undecodable: 0,
  history: [
    { latencyMs: undefined, paintedFps: undefined, bytesPerSecond: undefined },
    { latencyMs: 240.4, paintedFps: 9.8, bytesPerSecond: 117_000 },
  ],
};

describe("a report", () => {
  it("contains all figures in a few lines, and describes the browser", () => {
    const page = {
      version: "1.2.3",
      userAgent: "A browser/1.0",
      window: { width: 1280, height: 720 },
      devicePixelRatio: 2,
      at: "2026-11-22T12:00:00.000Z",
    };
    expect(reportOf(STATISTICS, "Your connection is the limit: 0.96 Mbit/s.", page)).toBe(`\
Screen Share 1.2.3, statistics of 2026-11-22T12:00:00.000Z
Your connection is the limit: 0.96 Mbit/s.
Where the time goes: Capture 12 ms; Host’s uplink 8 ms; Relay and your link 200 ms; Decode and draw 20 ms
Latency: Host’s screen to yours 240 ms; 95th percentile 1.2 s; Clock error ±4 ms; Round trip to the relay 9 ms
Picture: Frame rate 9.8 fps; Size 1920×1080; Codec jpeg-tiles; Last update 90 ms ago; Redraw interval 900 ms; Decoding errors 0
Transfer: Received 117 KB/s; Bit rate 0.94 Mbit/s; Updates 30 per second; Update size 3.9 KB; Partial updates 90%; Connection limit 0.96 Mbit/s; Reduced quality 0%; Merged updates 0.2 per second
Connection: Relay connected; Connected for 3 min 5 s; Host live; Viewers 2; Connection lost once; Tab hidden for 12 s
Last 2 seconds, oldest first:
  latency, ms: - 240
  fps: - 10
  KB/s: - 117
Window: 1280×720 CSS px, device pixel ratio 2
Browser: A browser/1.0
`);
  });

  it("marks unknown figures as unknown", () => {
    const unknown: Statistics = {
      ...STATISTICS,
      connection: { state: "connecting", after: undefined },
      connectedS: undefined,
      picture: undefined,
      ageMs: undefined,
      clockErrorMs: undefined,
      latency: {
        ...STATISTICS.latency,
        p50Ms: undefined,
        p95Ms: undefined,
        captureMs: undefined,
        uplinkMs: undefined,
        linkMs: undefined,
      },
      renewalMs: undefined,
      updateBytes: undefined,
      linkBytesPerSecond: undefined,
      history: [],
    };
    const page = { version: "1.2.3", userAgent: "", window: { width: 1, height: 1 } };
    const text = reportOf(unknown, "", { ...page, devicePixelRatio: 1, at: "" });
    expect(text).not.toMatch(/undefined|NaN|Infinity/);
    expect(text).toContain("Relay connecting; Connected for –; Host –; Viewers –");
    expect(text).toContain("Redraw interval immediate");
  });
});
