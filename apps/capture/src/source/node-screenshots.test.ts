import { SourceFailure } from "@screen-share/publish";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { behavesAsSource, grabbed } from "../../test/source-suite.ts";
import { Xvfb } from "../../test/xvfb.ts";
import { listMonitors, ScreenSource } from "./node-screenshots.ts";

const now = () => performance.timeOrigin + performance.now();

describe("a screen", () => {
  let xvfb: Xvfb;
  beforeAll(async () => {
    xvfb = await Xvfb.start("643x479");
    vi.stubEnv("DISPLAY", xvfb.display);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await xvfb.kill();
  });

  behavesAsSource(() => new ScreenSource({ now }));

  it("has the size of its monitor", async () => {
    expect(await grabbed(new ScreenSource({ now }))).toMatchObject({ width: 643, height: 479 });
  });

  it("is listed, and can be chosen by id, index and name", async () => {
    const monitors = await listMonitors();
    if (monitors instanceof SourceFailure) throw new Error(monitors.reason);
    expect(monitors).toHaveLength(1);
    const [{ id, name, ...rest } = { id: -1, name: "" }] = monitors;
    expect(rest).toMatchObject({ width: 643, height: 479, x: 0, y: 0 });
    for (const monitor of [String(id), "0", name]) {
      await grabbed(new ScreenSource({ now, monitor }));
    }
  });

  it("lists the monitors if the requested one does not exist", async () => {
    const failure = await new ScreenSource({ now, monitor: "beamer" }).grab();
    expect(failure).toMatchObject({ kind: "no-monitor" });
    expect(failure).toHaveProperty("reason", expect.stringMatching(/"beamer".*There are: 0 \(/));
  });

  it("fails in plain words when the display disappears, and finds it again at another size", async () => {
    const source = new ScreenSource({ now });
    await grabbed(source);
    await xvfb.kill();
    for (let i = 0; i < 3; i++) {
      const failure = await source.grab();
      expect(failure).toMatchObject({ kind: "no-display" });
      expect(failure).toHaveProperty("reason", expect.stringContaining("no display to capture"));
    }
    xvfb = await Xvfb.start("320x200", xvfb.display);
    expect(await grabbed(source)).toMatchObject({ width: 320, height: 200 });
    expect(await grabbed(source)).toMatchObject({ width: 320, height: 200 });
  });
});
