/**
 * Chooses the grabber: our own for every X server, node-screenshots for Wayland desktops, macOS and Windows, since it would show a wrong
 * picture of some X servers. An agent that starts before the desktop does can share the test card until there is a screen.
 */

import { type Log, type Source, SourceFailure } from "@screen-share/publish";
import type { X11Settings } from "../config.ts";
import { type MonitorInfo, noDisplay, waylandFailure } from "./monitor.ts";
import { listMonitors, ScreenSource } from "./node-screenshots.ts";

/** How often the agent looks for a screen that it awaits, ms. Each failed attempt costs one refused connection. */
const LOOK_INTERVAL_MS = 2000;

/** The desktop that the agent was started on. */
export interface Desktop {
  /** The X display, if there is one. On a Wayland desktop it is XWayland's. */
  readonly x11: X11Settings | undefined;
  readonly wayland: boolean;
  readonly platform: string;
}

export interface ScreenOptions extends Desktop {
  readonly monitor: string | undefined;
  readonly now: () => number;
  readonly log: Log;
}

/** Tries the grabbers. If none works here, the first grab returns the reason. */
export async function openScreen(options: ScreenOptions): Promise<Source> {
  const { now, log, monitor, x11 } = options;
  const common = { now, ...(monitor === undefined ? {} : { monitor }) };
  if (options.platform !== "linux") return new ScreenSource(common);
  if (x11) {
    const { X11Source } = await loadX11();
    const source = new X11Source({ ...x11, ...common });
    const first = await source.grab();
    const unusable = first instanceof SourceFailure && first.kind !== "no-monitor";
    if (!unusable || !options.wayland) return source;
    log.debug(`not grabbed by ${source.name}: ${first.reason}`);
  }
  if (!options.wayland) return { name: "none", grab: async () => NO_DISPLAY };
  return new ScreenSource({ ...common, failure: waylandFailureOf(options) });
}

/** The monitors of the grabber that `openScreen` uses, in its order. */
export async function listScreen(
  desktop: Desktop,
): Promise<readonly MonitorInfo[] | SourceFailure> {
  const { platform, x11, wayland } = desktop;
  if (platform !== "linux") return listMonitors();
  if (x11) {
    const { listX11Monitors } = await loadX11();
    const monitors = await listX11Monitors(x11);
    if (!(monitors instanceof SourceFailure) || !wayland) return monitors;
  }
  return wayland ? listMonitors(waylandFailureOf(desktop)) : NO_DISPLAY;
}

/** Loaded only for an X server, because its library takes a fifth of the time of a start. */
const loadX11 = () => import("./x11.ts");

const NO_DISPLAY = noDisplay("DISPLAY is not set");

function waylandFailureOf({ x11 }: Desktop): (detail: string) => SourceFailure {
  if (x11) return waylandFailure;
  return () =>
    waylandFailure(
      "it runs without XWayland, which has the list of its monitors: DISPLAY is not set",
    );
}

export interface AwaitedScreenOptions {
  /** What is shown until then. */
  readonly card: Source;
  /** Tries to open the screen. @returns a source that has grabbed once, or why there is none */
  readonly look: () => Promise<Source | SourceFailure>;
  readonly log: Log;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Returns the screen if there is one now. Otherwise returns a source that shows the test card until there is, and then the screen. */
export async function openAwaited(options: AwaitedScreenOptions): Promise<Source | SourceFailure> {
  const { card, look, log } = options;
  const found = await look();
  if (!(found instanceof SourceFailure) || found.kind === "no-monitor") return found;
  log.warn(`${found.reason} Until that changes, the built-in test card is shared.`);
  let shown = card;
  // Even while nobody is watching, so that the first viewer sees the right picture.
  void awaitScreen(options).then((screen) => {
    shown = screen;
    log.info("there is a display now: the screen is shared instead of the test card");
  });
  return {
    get name() {
      return shown.name;
    },
    grab: () => shown.grab(),
  };
}

async function awaitScreen({ look, log, sleep }: AwaitedScreenOptions): Promise<Source> {
  for (;;) {
    await sleep(LOOK_INTERVAL_MS);
    const found = await look();
    if (!(found instanceof SourceFailure)) return found;
    log.debug(`still no screen: ${found.reason}`);
  }
}
