import type { Source } from "@screen-share/publish";
import { keptLog } from "@screen-share/publish/testing/frames";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Xvfb } from "../../test/xvfb.ts";
import { type Desktop, listScreen, openScreen } from "./screen.ts";

const now = () => performance.timeOrigin + performance.now();
let xvfb: Xvfb;

interface Session {
  readonly platform?: string;
  readonly display?: string | undefined;
  readonly wayland?: boolean;
  readonly monitor?: string;
}

function desktopOf({ platform = "linux", display, wayland = false }: Session): Desktop {
  const x11 = display === undefined ? undefined : { display, xauthority: undefined };
  return { x11, wayland, platform };
}

function open(session: Session): Promise<Source> {
  return openScreen({ ...desktopOf(session), monitor: session.monitor, now, log: keptLog() });
}

afterEach(async () => {
  vi.unstubAllEnvs();
  await xvfb.kill();
});

describe("openScreen", () => {
  it("uses our own grabber for every X display, and node-screenshots elsewhere", async () => {
    xvfb = await Xvfb.start("320x200");
    const { display } = xvfb;
    expect(await open({ display })).toHaveProperty("name", "X11");
    expect(await open({ display, monitor: "beamer" })).toHaveProperty("name", "X11");
    // A display of another kind on a Wayland desktop, such as a VNC server's.
    expect(await open({ display, wayland: true })).toHaveProperty("name", "X11");
    // It stays: the server may come, and node-screenshots would not know more.
    expect(await open({ display: ":9999" })).toHaveProperty("name", "X11");
    expect(await open({ display, platform: "darwin" })).toHaveProperty("name", "node-screenshots");
    expect(await open({ wayland: true })).toHaveProperty("name", "node-screenshots");
    expect(await open({ display: ":9999", wayland: true })).toHaveProperty(
      "name",
      "node-screenshots",
    );
  });

  it("reports that DISPLAY is not set if there is neither X nor Wayland", async () => {
    xvfb = await Xvfb.start("320x200");
    const failure = await (await open({})).grab();
    expect(failure).toMatchObject({ kind: "no-display" });
    expect(failure).toHaveProperty("reason", expect.stringContaining("DISPLAY is not set"));
    expect(await listScreen(desktopOf({}))).toEqual(failure);
  });

  it("reports Wayland, and what to do, if a Wayland desktop cannot be captured", async () => {
    xvfb = await Xvfb.start("320x200");
    vi.stubEnv("DISPLAY", undefined);
    vi.stubEnv("WAYLAND_DISPLAY", "wayland-nowhere");
    const failure = await (await open({ wayland: true })).grab();
    expect(failure).toMatchObject({ kind: "wayland" });
    const words = /^This is a Wayland desktop.*without XWayland.*choose a session with "Xorg"/;
    expect(failure).toHaveProperty("reason", expect.stringMatching(words));
    expect(await listScreen(desktopOf({ wayland: true }))).toEqual(failure);
  });

  it("refuses XWayland, known by the names of its outputs, whose root window shows nothing", async () => {
    xvfb = await Xvfb.start("320x200");
    const { display } = xvfb;
    await xvfb.finish("xrandr", "--setmonitor", "XWAYLAND0", "auto", "screen");
    const failure = await (await open({ display })).grab();
    expect(failure).toMatchObject({ kind: "wayland" });
    expect(failure).toHaveProperty("reason", expect.stringContaining("XWayland"));
    expect(await listScreen(desktopOf({ display }))).toEqual(failure);
  });
});
