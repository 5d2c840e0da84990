import { afterEach, describe, expect, it, vi } from "vitest";
import { keptLog } from "../../test/frames.ts";
import { grabbed } from "../../test/source-suite.ts";
import { Xvfb } from "../../test/xvfb.ts";
import { openScreen } from "./screen.ts";
import type { Source } from "./source.ts";

const now = () => performance.timeOrigin + performance.now();
let xvfb: Xvfb;

function open(platform: string, display: string | undefined, monitor?: string): Promise<Source> {
  const x11 = display === undefined ? undefined : { display, xauthority: undefined };
  return openScreen({ x11, monitor, now, log: keptLog() }, platform);
}

afterEach(async () => {
  vi.unstubAllEnvs();
  await xvfb.kill();
});

describe("openScreen", () => {
  it("takes X11 DAMAGE on Linux, and node-screenshots where there is no X display", async () => {
    xvfb = await Xvfb.start("320x200");
    expect(await open("linux", xvfb.display)).toHaveProperty("name", "X11 DAMAGE");
    expect(await open("linux", xvfb.display, "beamer")).toHaveProperty("name", "X11 DAMAGE");
    expect(await open("linux", undefined)).toHaveProperty("name", "node-screenshots");
    expect(await open("darwin", xvfb.display)).toHaveProperty("name", "node-screenshots");
    expect(await open("linux", ":9999")).toHaveProperty("name", "node-screenshots");
  });

  it("takes node-screenshots for a display that X11 DAMAGE cannot read, and it can", async () => {
    xvfb = await Xvfb.start("320x200x16");
    vi.stubEnv("DISPLAY", xvfb.display);
    const source = await open("linux", xvfb.display);
    expect(source.name).toBe("node-screenshots");
    expect(await grabbed(source)).toMatchObject({ width: 320, height: 200 });
  });
});
