import { describe, expect, it } from "vitest";
import { VisitLog } from "./visit-log.ts";

const viewer = { room: "main", role: "viewer" } as const;

function logged() {
  const lines: { text: string; fields: object }[] = [];
  const sink = (fields: object, text: string) => lines.push({ text, fields });
  let bundled = 0;
  const log = new VisitLog({ info: sink, warn: sink } as never, () => bundled++, 0);
  return { log, lines, bundled: () => bundled };
}

describe("the log of who comes and goes", () => {
  it("has each of a few, at most one per second in the long run, and counts the rest", () => {
    const { log, lines, bundled } = logged();
    for (let i = 0; i < 5000; i++) log.line(viewer, "joined", { i }, 0);
    expect(lines).toHaveLength(100);
    expect(bundled()).toBe(4900);
    log.tick(59_999);
    expect(lines).toHaveLength(100);
    log.tick(60_000);
    expect(lines.at(-1)).toEqual({
      text: "more came and went than is logged",
      fields: { ...viewer, lines: 4900 },
    });
    log.tick(120_000);
    expect(lines).toHaveLength(101);
  });

  it("stays within its bound while a link comes and goes for an hour", () => {
    const { log, lines } = logged();
    for (let ms = 0; ms < 3_600_000; ms += 100) {
      log.line(viewer, ms % 200 ? "joined" : "connection closed", {}, ms);
      if (ms % 1000 === 0) log.tick(ms);
    }
    expect(lines.length).toBeLessThan(100 + 3600 + 61);
  });

  it("keeps lines for other rooms, and for the producer of the same one", () => {
    const { log, lines } = logged();
    for (let i = 0; i < 5000; i++) log.line(viewer, "joined", {}, 0);
    const before = lines.length;
    log.line({ ...viewer, room: "other" }, "joined", {}, 0);
    log.line({ ...viewer, role: "producer" }, "joined", {}, 0);
    expect(lines).toHaveLength(before + 2);
  });
});
