import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "@screen-share/protocol/testing";
import { runs } from "@screen-share/protocol/testing/runs";
import { SourceFailure } from "@screen-share/publish";
import type { BufferFrame } from "@screen-share/publish/testing/frames";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { behavesAsSource, grabbed } from "../../test/source-suite.ts";
import { Xvfb } from "../../test/xvfb.ts";
import { listX11Monitors, X11Source } from "./x11.ts";

const now = () => performance.timeOrigin + performance.now();

function open({ display }: { readonly display: string }, monitor?: string): X11Source {
  return new X11Source({ display, now, xauthority: undefined, ...(monitor ? { monitor } : {}) });
}

/** One px of a frame as "rrggbb". */
function pxOf({ pixels, width }: BufferFrame, x: number, y: number): string {
  const at = (y * width + x) * 4;
  return pixels.toString("hex", at, at + 3);
}

describe("a screen by X11", () => {
  let xvfb: Xvfb;
  beforeAll(async () => {
    xvfb = await Xvfb.start("643x479");
  });
  afterAll(() => xvfb.kill());

  behavesAsSource(() => open(xvfb));

  it("sees in the very next grab what was drawn before it", async () => {
    const source = open(xvfb);
    for (const colour of ["102030", "ff8001", "000000", "fffefd"]) {
      xvfb.finishBlocking("xsetroot", "-solid", `#${colour}`);
      const frame = await grabbed(source);
      expect([pxOf(frame, 0, 0), pxOf(frame, 642, 478)]).toEqual([colour, colour]);
    }
  });

  it("gives the same buffer again while nothing is drawn, and a new one once something is", async () => {
    const source = open(xvfb);
    const first = await grabbed(source);
    const second = await grabbed(source);
    expect(second.pixels === first.pixels).toBe(true);
    expect(second.capturedAt).toBeGreaterThan(first.capturedAt);
    const copy = Buffer.from(first.pixels);
    await xvfb.finish("xsetroot", "-solid", "#31415a");
    expect((await grabbed(source)).pixels === first.pixels).toBe(false);
    expect(first.pixels.equals(copy)).toBe(true);
  });

  it("holds what the server holds, whatever was drawn and moved, and whenever it was grabbed", async () => {
    const source = open(xvfb);
    const { numRuns: rounds } = runs(5, 15);
    const random = seededRandom(7);
    const below = (n: number) => String(Math.floor(random() * n));
    const flood = "while :; do seq $$ 99999 | head -50; sleep 0.01; done";
    const terminals = [
      xvfb.run("xterm", "-geometry", "50x12+10+20", "-e", "sh", "-c", flood),
      xvfb.run("xterm", "-geometry", "30x8+300+200", "-title", "still", "-e", "cat"),
    ];
    await xvfb.finish("xdotool", "search", "--sync", "--name", "still");
    let frames = 0;
    for (let round = 0; round < rounds; round++) {
      await xvfb.finish(
        "xsetroot",
        "-mod",
        "16",
        String(1 + round),
        "-fg",
        `#${below(899999).padStart(6, "0")}`,
      );
      const moving = ["search", "--name", "still", "windowmove", below(700), below(500)];
      await xvfb.finish("xdotool", ...moving, "mousemove", below(643), below(479));
      await xvfb.finish("xdotool", "type", `${below(1000)}\n`);
      for (let n = Number(below(4)); n > 0; n--, frames++) await grabbed(source);
      const [terminal] = terminals;
      terminal?.kill("SIGSTOP");
      await expectSame(source);
      terminal?.kill("SIGCONT");
    }
    expect(frames).toBeGreaterThan((rounds * 2) / 3);
    for (const terminal of terminals) terminal.kill("SIGKILL");
    await xvfb.finish("xsetroot", "-solid", "#445566");
    await expectSame(source);
  });

  /** Compares with the server's memory, at a moment in which nobody drew. @param x where the monitor is */
  async function expectSame(source: X11Source, x = 0, y = 0): Promise<void> {
    for (;;) {
      const before = await xvfb.pixels();
      const { pixels, width, height } = await grabbed(source);
      const after = await xvfb.pixels();
      if (!before.equals(after)) continue;
      const rows = Array.from({ length: height }, (_, row) => {
        const start = ((y + row) * 643 + x) * 4;
        return after.subarray(start, start + width * 4);
      });
      expect(pixels.equals(Buffer.concat(rows))).toBe(true);
      return;
    }
  }

  it("grabs just one monitor, chosen by id, index, its name or that of its output", async () => {
    await xvfb.finish("xrandr", "--setmonitor", "part", "300/80x201/60+21+33", "screen");
    const monitors = await listX11Monitors({ display: xvfb.display, xauthority: undefined });
    if (monitors instanceof SourceFailure) throw new Error(monitors.reason);
    const place = { x: 21, y: 33, width: 300, height: 201 };
    expect(monitors).toEqual([expect.objectContaining({ ...place, name: "part" })]);
    for (const monitor of [undefined, String(monitors[0]?.id), "0", "part", "screen"]) {
      const source = open(xvfb, monitor);
      expect(await grabbed(source)).toMatchObject({ width: 300, height: 201 });
      // Across its edges, so that what was drawn is cut to it.
      for (const place of ["+5+5", "+250+180"]) {
        const terminal = xvfb.run("xterm", "-bg", "#123457", "-geometry", `20x9${place}`);
        await sleep(300);
        await expectSame(source, 21, 33);
        terminal.kill("SIGKILL");
        await sleep(50);
        await expectSame(source, 21, 33);
      }
    }
    await xvfb.finish("xrandr", "--delmonitor", "part");
  });

  it("lists the monitors if the requested one does not exist", async () => {
    const failure = await open(xvfb, "beamer").grab();
    expect(failure).toMatchObject({ kind: "no-monitor" });
    expect(failure).toHaveProperty("reason", expect.stringMatching(/"beamer".*There are: 0 \(/));
  });
});

describe("a screen by X11 that is not what it was", () => {
  let xvfb: Xvfb;
  afterEach(() => xvfb.kill());

  it("follows a change of its size, down and up", async () => {
    xvfb = await Xvfb.start("640x480");
    const source = open(xvfb);
    await xvfb.finish("xsetroot", "-solid", "#0000ff");
    await grabbed(source);
    const timings = ["10", "320", "330", "340", "350", "240", "250", "260", "270"];
    await xvfb.finish("xrandr", "--newmode", "small", ...timings);
    await xvfb.finish("xrandr", "--addmode", "screen", "small");
    for (const [mode, size] of [
      ["small", { width: 320, height: 240 }],
      ["640x480", { width: 640, height: 480 }],
    ] as const) {
      await xvfb.finish("xrandr", "--output", "screen", "--mode", mode);
      await xvfb.finish("xsetroot", "-solid", "#00ff00");
      const frame = await grabbed(source);
      expect(frame).toMatchObject(size);
      const corners = [pxOf(frame, 0, 0), pxOf(frame, size.width - 1, size.height - 1)];
      expect(corners).toEqual(["00ff00", "00ff00"]);
    }
    // It complains that no screen is left, but it is done. The root window is still there.
    await once(xvfb.run("xrandr", "--output", "screen", "--off"), "exit");
    expect(await grabbed(source)).toMatchObject({ width: 640, height: 480 });
    await xvfb.finish("xrandr", "--output", "screen", "--mode", "small");
    expect(await grabbed(source)).toMatchObject({ width: 320, height: 240 });
  });

  it("keeps up with a screen that changes its size while it is grabbed", async () => {
    xvfb = await Xvfb.start("640x480");
    const source = open(xvfb);
    const timings = ["10", "320", "330", "340", "350", "240", "250", "260", "270"];
    await xvfb.finish("xrandr", "--newmode", "small", ...timings);
    await xvfb.finish("xrandr", "--addmode", "screen", "small");
    const script =
      "for i in 1 2 3 4 5 6 7 8; do xrandr --output screen --mode small; xrandr --output screen --mode 640x480; done";
    const resizer = xvfb.run("sh", "-c", script);
    while (resizer.exitCode === null) {
      const frame = await source.grab();
      if (frame instanceof SourceFailure) continue;
      expect(frame.pixels).toHaveLength(frame.width * frame.height * 4);
    }
    expect(await grabbed(source)).toMatchObject({ width: 640, height: 480 });
  });

  it("fails in plain words when the display disappears, and finds it again at another size", async () => {
    xvfb = await Xvfb.start("643x479");
    const source = open(xvfb);
    await grabbed(source);
    await xvfb.kill();
    for (let i = 0; i < 3; i++) {
      const failure = await source.grab();
      expect(failure).toMatchObject({ kind: "no-display" });
      expect(failure).toHaveProperty("reason", expect.stringContaining("no display to capture"));
    }
    xvfb = await Xvfb.start("320x200", xvfb.display);
    await xvfb.finish("xsetroot", "-solid", "#abcdef");
    const frame = await grabbed(source);
    expect(frame).toMatchObject({ width: 320, height: 200 });
    expect(pxOf(frame, 319, 199)).toBe("abcdef");
  });

  it("does not wait for ever for a server that hangs, in a grab or while it connects", async () => {
    xvfb = await Xvfb.start("320x200");
    const source = open(xvfb);
    await grabbed(source);
    xvfb.freeze(true);
    const failures = await Promise.all([source.grab(), open(xvfb).grab()]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ kind: "no-display" });
      expect(failure).toHaveProperty("reason", expect.stringContaining("does not answer"));
    }
    xvfb.freeze(false);
    await grabbed(source);
  });

  it("fails in plain words for a display that is none", async () => {
    xvfb = await Xvfb.start("320x200");
    for (const display of ["nonsense", ":9999", "unix:9999", `${xvfb.display}.7`]) {
      const failure = await open({ display }).grab();
      expect(failure).toMatchObject({ kind: "no-display" });
      expect(failure).toHaveProperty("reason", expect.stringContaining(display));
    }
  });

  it.each(["", "unix", "unix/", "local/"])(
    "connects to a display that begins with '%s'",
    async (host) => {
      xvfb = await Xvfb.start("320x200");
      for (const display of [`${host}${xvfb.display}`, `${host}${xvfb.display}.0`]) {
        expect(await grabbed(open({ display }))).toMatchObject({ width: 320, height: 200 });
      }
      const path = `/tmp/.X11-unix/X${xvfb.display.slice(1)}`;
      expect(await grabbed(open({ display: path }))).toMatchObject({ width: 320, height: 200 });
    },
  );
});
