import { inPieces } from "@screen-share/publish/testing/memory-file";
import { recordedSession } from "@screen-share/publish/testing/recorded-session";
import { describe, expect, it } from "vitest";
import { MAX_SIZES, summarise } from "./summary.ts";

describe("a recording's summary", () => {
  it("counts what there is, by its kinds, and where nothing came for long", async () => {
    const { file } = await recordedSession([
      { kind: "wait", ms: 5000 },
      { kind: "resize", to: 0 },
      { kind: "send", count: 4 },
      { kind: "wait", ms: 100 },
      { kind: "send", count: 1000 },
      { kind: "wait", ms: 900 },
      { kind: "send", count: 0 },
      { kind: "refresh" },
      { kind: "send", count: 1000 },
      { kind: "resize", to: 1 },
      { kind: "send", count: 1000 },
      { kind: "reconnect" },
      { kind: "send", count: 1000 },
    ]);
    const summary = await summarise(inPieces(file));
    expect(summary).toMatchObject({
      startedAt: 1_700_000_000_000,
      lengthMs: 1000,
      longestGap: { ms: 900, afterMs: 100 },
      sizes: [
        { width: 300, height: 40, codec: "jpeg-tiles" },
        { width: 130, height: 9, codec: "jpeg-tiles" },
      ],
      epochs: 4,
      connections: 2,
      updates: 6,
      keyframes: 3,
      cuts: 1,
      unchanged: 1,
      shown: true,
      end: { kind: "whole" },
    });
    expect(summary.bytes).toBeLessThan(file.length);
    expect(summary.largestBytes).toBeGreaterThan(summary.bytes / 6);
  });

  it("of a picture that changes its size all the time remembers only as many as anybody reads", async () => {
    const changes = Array.from({ length: 3 * MAX_SIZES }, (_, i) => [
      { kind: "resize", to: i % 2 } as const,
      { kind: "send", count: 1000 } as const,
    ]);
    const { file } = await recordedSession(changes.flat());
    const { sizes, epochs } = await summarise(inPieces(file));
    expect(sizes).toHaveLength(MAX_SIZES + 1);
    expect(epochs).toBe(3 * MAX_SIZES);
  });

  it("covers what is whole in a truncated file, and reports a recording without a picture", async () => {
    const { file } = await recordedSession([
      { kind: "resize", to: 0 },
      { kind: "send", count: 1000 },
    ]);
    const end = { kind: "cut-off", offset: expect.any(Number) };
    const broken = await summarise(inPieces(file.subarray(0, file.length - 1)));
    expect(broken).toMatchObject({ end, updates: 0, epochs: 1, shown: false, lengthMs: 0 });
    const empty = await summarise(inPieces(file.subarray(0, 18)));
    expect(empty).toMatchObject({ end: { kind: "whole" }, updates: 0, shown: false });
  });
});
