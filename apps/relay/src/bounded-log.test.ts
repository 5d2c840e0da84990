import { describe, expect, it } from "vitest";
import { BoundedLog } from "./bounded-log.ts";

const viewer = { room: "main", role: "viewer" };

function logged({ capacity = 100, perSecond = 1 } = {}) {
  const lines: { text: string; fields: object }[] = [];
  const sink = (fields: object, text: string) => lines.push({ text, fields });
  let suppressed = 0;
  const options = {
    rate: { capacity, perSecond },
    summary: "lines suppressed",
    suppressed: () => suppressed++,
  };
  const log = new BoundedLog({ info: sink, warn: sink } as never, options, 0);
  return { log, lines, suppressed: () => suppressed };
}

describe("a bounded log", () => {
  it("writes a burst and then one line per second, and counts the rest once per minute", () => {
    const { log, lines, suppressed } = logged();
    for (let i = 0; i < 5000; i++) log.line(viewer, "joined", { i }, 0);
    expect(lines).toHaveLength(100);
    expect(suppressed()).toBe(4900);
    log.tick(59_999);
    expect(lines).toHaveLength(100);
    log.tick(60_000);
    expect(lines.at(-1)).toEqual({ text: "lines suppressed", fields: { ...viewer, lines: 4900 } });
    log.tick(120_000);
    expect(lines).toHaveLength(101);
  });

  it("writes lines again after a flood", () => {
    const { log, lines } = logged({ capacity: 20, perSecond: 20 / 60 });
    for (let i = 0; i < 1000; i++) log.line({}, "refused", { i }, 0);
    expect(lines).toHaveLength(20);
    log.tick(60_000);
    expect(lines.at(-1)?.fields).toEqual({ lines: 980 });
    log.line({}, "refused", { later: true }, 60_000);
    log.tick(120_000);
    expect(lines.at(-1)?.fields).toEqual({ later: true });
  });

  it("stays within its bound while clients of one link join and leave for an hour", () => {
    const { log, lines } = logged();
    for (let ms = 0; ms < 3_600_000; ms += 100) {
      log.line(viewer, ms % 200 ? "joined" : "connection closed", {}, ms);
      if (ms % 1000 === 0) log.tick(ms);
    }
    expect(lines.length).toBeLessThan(100 + 3600 + 61);
  });

  it("gives other rooms, and the producer of the same room, lines of their own", () => {
    const { log, lines } = logged();
    for (let i = 0; i < 5000; i++) log.line(viewer, "joined", {}, 0);
    const before = lines.length;
    log.line({ ...viewer, room: "other" }, "joined", {}, 0);
    log.line({ ...viewer, role: "producer" }, "joined", {}, 0);
    expect(lines).toHaveLength(before + 2);
  });
});
