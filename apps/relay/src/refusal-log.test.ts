import { describe, expect, it } from "vitest";
import { RefusalLog } from "./refusal-log.ts";

describe("the log of who was not let in", () => {
  it("says each of a few, and of a flood how many", () => {
    const lines: unknown[] = [];
    const sink = (fields: object) => lines.push(fields);
    const log = new RefusalLog({ info: sink, warn: sink }, 0);
    for (let i = 0; i < 1000; i++) log.refused({ i }, 0);
    expect(lines).toHaveLength(20);
    log.tick(59_999);
    expect(lines).toHaveLength(20);
    log.tick(60_000);
    expect(lines.at(-1)).toEqual({ count: 980 });
    log.refused({ later: true }, 60_000);
    log.tick(120_000);
    expect(lines.at(-1)).toEqual({ later: true });
  });
});
