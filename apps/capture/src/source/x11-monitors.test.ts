import { once } from "node:events";
import { SourceFailure } from "@screen-share/publish";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { grabbed } from "../../test/source-suite.ts";
import { Xvfb } from "../../test/xvfb.ts";
import { listX11Monitors, X11Source } from "./x11.ts";

const now = () => performance.timeOrigin + performance.now();

describe("the monitors of an X screen", () => {
  let xvfb: Xvfb;
  beforeEach(async () => {
    xvfb = await Xvfb.start("640x200");
  });
  afterEach(() => xvfb.kill());

  function open(monitor?: string): X11Source {
    const { display } = xvfb;
    return new X11Source({ display, now, xauthority: undefined, ...(monitor ? { monitor } : {}) });
  }

  async function listed() {
    const monitors = await listX11Monitors({ display: xvfb.display, xauthority: undefined });
    if (monitors instanceof SourceFailure) throw new Error(monitors.reason);
    return monitors.map(({ name, x, y, width, height }) => [name, x, y, width, height]);
  }

  /** What is grabbed of a root window whose halves have different colours, as "rrggbb" of each corner. */
  async function corners(monitor: string): Promise<[number, number, string, string]> {
    const { pixels, width, height } = await grabbed(open(monitor));
    const px = (at: number) => pixels.toString("hex", at * 4, at * 4 + 3);
    return [width, height, px(0), px(width * height - 1)];
  }

  it("includes those that xrandr --setmonitor made, with an output and without", async () => {
    await xvfb.finish("xrandr", "--setmonitor", "LEFT", "320/80x200/60+0+0", "screen");
    await xvfb.finish("xrandr", "--setmonitor", "RIGHT", "320/80x200/60+320+0", "none");
    expect(await listed()).toEqual([
      ["LEFT", 0, 0, 320, 200],
      ["RIGHT", 320, 0, 320, 200],
    ]);
    await xvfb.finish("xsetroot", "-solid", "#000080");
    const terminal = xvfb.run(
      "xterm",
      "-bg",
      "#800000",
      "-b",
      "0",
      "-geometry",
      "+320+0",
      "-e",
      "cat",
    );
    await xvfb.finish(
      "xdotool",
      "search",
      "--sync",
      "--onlyvisible",
      "--class",
      "xterm",
      "windowsize",
      "320",
      "200",
    );
    await xvfb.finish("xdotool", "search", "--class", "xterm", "windowmove", "320", "0");
    // The corner that the terminal's scroll bar and text leave alone.
    expect(await corners("LEFT")).toEqual([320, 200, "000080", "000080"]);
    for (const monitor of ["RIGHT", "1"]) {
      const [width, height, , last] = await corners(monitor);
      expect([width, height, last]).toEqual([320, 200, "800000"]);
    }
    terminal.kill("SIGKILL");
  });

  it("notices one that is made, moved or removed while it is grabbed", async () => {
    const source = open();
    expect(await grabbed(source)).toMatchObject({ width: 640, height: 200 });
    await xvfb.finish("xrandr", "--setmonitor", "PART", "100/80x50/60+7+9", "screen");
    expect(await grabbed(source)).toMatchObject({ width: 100, height: 50 });
    await xvfb.finish("xrandr", "--delmonitor", "PART");
    expect(await grabbed(source)).toMatchObject({ width: 640, height: 200 });
  });

  it("are cut to the root window, and left out where nothing of them is on it", async () => {
    await xvfb.finish("xrandr", "--setmonitor", "WIDE", "900/80x300/60+100+50", "screen");
    await xvfb.finish("xrandr", "--setmonitor", "BEYOND", "320/80x200/60+640+0", "none");
    expect(await listed()).toEqual([["WIDE", 100, 50, 540, 150]]);
    expect(await grabbed(open())).toMatchObject({ width: 540, height: 150 });
    const failure = await open("BEYOND").grab();
    expect(failure).toMatchObject({ kind: "no-monitor" });
  });

  it("are the whole root window where no monitor shows anything, in the size that it has", async () => {
    // xrandr complains that no screen is left, but it is done.
    await once(xvfb.run("xrandr", "--output", "screen", "--off"), "exit");
    expect(await listed()).toEqual([["screen", 0, 0, 640, 200]]);
    const source = open();
    expect(await grabbed(source)).toMatchObject({ width: 640, height: 200 });
    await xvfb.finish("xrandr", "--fb", "320x100");
    await xvfb.finish("xsetroot", "-solid", "#0080ff");
    const { pixels, width, height } = await grabbed(source);
    expect([width, height, pixels.toString("hex", 0, 3)]).toEqual([320, 100, "0080ff"]);
  });

  it("have the sizes of their pictures, however much the desktop is scaled", async () => {
    await xvfb.finish("sh", "-c", 'echo "Xft.dpi: 192" | xrdb -merge -');
    expect(await listed()).toEqual([["screen", 0, 0, 640, 200]]);
  });
});
