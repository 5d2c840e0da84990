import { type Frame, type Source, SourceFailure } from "@screen-share/publish";
import { keptLog } from "@screen-share/publish/testing/frames";
import { beforeEach, describe, expect, it } from "vitest";
import { openAwaited } from "./screen.ts";

const frameOf = (subject: string): Frame => ({
  width: 1,
  height: 1,
  pixels: Buffer.alloc(4),
  capturedAt: 0,
  subject,
});
const sourceOf = (name: string): Source => ({ name, grab: async () => frameOf(name) });
const NO_DISPLAY = new SourceFailure("no-display", "There is no display.");

let looks: number;
let answer: Source | SourceFailure;
let log: ReturnType<typeof keptLog>;
/** Ends the pause between two looks. */
let wake: () => void;
let pausesMs: number[];
beforeEach(() => {
  looks = 0;
  answer = NO_DISPLAY;
  log = keptLog();
  pausesMs = [];
});

async function open(): Promise<Source> {
  const look = async () => {
    looks++;
    return answer;
  };
  const sleep = (ms: number) => {
    pausesMs.push(ms);
    return new Promise<void>((resolve) => {
      wake = resolve;
    });
  };
  const source = await openAwaited({ card: sourceOf("card"), look, log, sleep });
  if (source instanceof SourceFailure) throw new Error(source.reason);
  return source;
}

const subjectOf = async (source: Source) => {
  const frame = await source.grab();
  return frame instanceof SourceFailure ? frame.reason : frame.subject;
};
/** Lets the looking go on until its next pause. */
const oneLook = async () => {
  wake();
  await new Promise((resolve) => setImmediate(resolve));
};

describe("a screen that is awaited", () => {
  it("is replaced by the test card, and shared as soon as there is one, even while nobody is watching", async () => {
    const source = await open();
    expect(log.lines).toEqual([
      "warn: There is no display. Until that changes, the built-in test card is shared.",
    ]);
    expect(await subjectOf(source)).toBe("card");
    await oneLook();
    expect([await subjectOf(source), source.name]).toEqual(["card", "card"]);
    answer = sourceOf("screen");
    await oneLook();
    expect([await subjectOf(source), source.name]).toEqual(["screen", "screen"]);
    expect(log.lines.at(-1)).toContain("the screen is shared instead of the test card");
  });

  it("is looked for every two seconds, and never again once it was there", async () => {
    await open();
    await oneLook();
    await oneLook();
    answer = sourceOf("screen");
    await oneLook();
    await oneLook();
    expect(looks).toBe(4);
    expect(pausesMs).toEqual([2000, 2000, 2000]);
  });

  it("is shown at once where there is one", async () => {
    answer = sourceOf("screen");
    expect(await open()).toBe(answer);
  });

  it("is not replaced if only the requested monitor is missing", async () => {
    answer = new SourceFailure("no-monitor", 'There is no monitor "7".');
    await expect(open()).rejects.toThrow('There is no monitor "7".');
  });
});
