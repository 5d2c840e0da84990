/**
 * Grabs monitors of an X server. Its extension DAMAGE reports where something was drawn, and only that is fetched, so a static screen costs
 * one round trip per grab. Without the extension every grab fetches everything.
 * Why nothing is missed: the server handles requests in order, and reports each px drawn on since the last Subtract before it answers any
 * later request. A grab sends a request (`sync`), so it knows everything drawn before; then Subtract, and then GetImage for everything that
 * is marked. What was drawn after the Subtract is reported again, so at worst something is fetched twice. Whenever that chain breaks (a new
 * connection, rearranged monitors, a failed GetImage), everything is marked.
 */

import { BYTES_PER_PX, type Frame, type Source, SourceFailure } from "@screen-share/publish";
import type { X11Settings } from "../config.ts";
import { DirtyGrid, type Rectangle } from "./core/dirty-grid.ts";
import {
  chooseMonitor,
  type MonitorInfo,
  noDisplay,
  noMonitor,
  waylandFailure,
} from "./monitor.ts";
import { X11Connection, X11Failure } from "./x11-connection.ts";

/** How often a grab starts again because the screen was rearranged meanwhile. */
const MAX_ATTEMPTS = 3;

export interface X11SourceOptions extends X11Settings {
  /** An id, an index from 0 or a name. By default the primary one. */
  readonly monitor?: string;
  /** ms */
  readonly now: () => number;
}

/** The monitor that is grabbed, and what is known of it. */
interface View {
  readonly monitor: MonitorInfo;
  readonly dirty: DirtyGrid;
  /** The pixels of the last frame. */
  pixels: Buffer | undefined;
}

export class X11Source implements Source {
  readonly name = "X11";
  #connection: X11Connection | undefined;
  #view: View | undefined;
  /** The view may be outdated. */
  #stale = true;

  constructor(private readonly options: X11SourceOptions) {}

  async grab(): Promise<Frame | SourceFailure> {
    try {
      this.#connection ??= await this.#connect();
      return await this.#grab(this.#connection);
    } catch (error) {
      const failure = failureOf(error);
      this.#connection?.close();
      this.#connection = undefined;
      return failure;
    }
  }

  #connect(): Promise<X11Connection> {
    this.#stale = true;
    return X11Connection.open(this.options, {
      drawn: (area) => {
        if (this.#view) this.#view.dirty.mark(moved(area, this.#view.monitor, -1));
      },
      redrawn: () => {
        if (this.#view) this.#view.dirty.mark({ ...this.#view.monitor, x: 0, y: 0 });
      },
      rearranged: () => {
        this.#stale = true;
      },
    });
  }

  async #grab(connection: X11Connection): Promise<Frame | SourceFailure> {
    for (let attempt = 1; ; attempt++) {
      const capturedAt = this.options.now();
      await connection.sync();
      const view = await this.#look(connection);
      if (view instanceof SourceFailure) return view;
      try {
        const pixels = await fetchPixels(connection, view);
        const { id, width, height } = view.monitor;
        return { width, height, pixels, capturedAt, subject: `monitor ${id}` };
      } catch (error) {
        this.#stale = true;
        const rearranged = error instanceof X11Failure && error.kind === "outside";
        if (!rearranged || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** The monitor to grab: a new view, completely dirty, if the monitors may have changed. */
  async #look(connection: X11Connection): Promise<View | SourceFailure> {
    if (this.#view && !this.#stale) return this.#view;
    this.#view = undefined;
    // Reset before the request, because they may change again before the answer arrives.
    this.#stale = false;
    const all = await connection.monitors();
    const wanted = this.options.monitor;
    const monitor = chooseMonitor(all, wanted);
    if (!monitor) {
      this.#stale = true;
      return noMonitor(wanted, all);
    }
    this.#view = { monitor, dirty: new DirtyGrid(monitor), pixels: undefined };
    return this.#view;
  }
}

/** The parts of the display that can be grabbed, in the order of their indices. */
export async function listX11Monitors(
  settings: X11Settings,
): Promise<readonly MonitorInfo[] | SourceFailure> {
  const ignored = () => undefined;
  const events = { drawn: ignored, redrawn: ignored, rearranged: ignored };
  let connection: X11Connection | undefined;
  try {
    connection = await X11Connection.open(settings, events);
    return await connection.monitors();
  } catch (error) {
    return failureOf(error);
  } finally {
    connection?.close();
  }
}

/** @throws anything that is not an `X11Failure` */
function failureOf(error: unknown): SourceFailure {
  if (!(error instanceof X11Failure)) throw error;
  if (error.kind === "xwayland") return waylandFailure(error.message);
  return noDisplay(error.message, error.advice);
}

/** The view's current px; the same buffer as the last time if nothing was drawn. */
async function fetchPixels(connection: X11Connection, view: View): Promise<Buffer> {
  const { monitor, dirty, pixels: last } = view;
  const parts = dirty.take();
  if (last && parts.length === 0) return last;
  connection.subtractDamage();
  const asked = parts.map((part) => connection.image(moved(part, monitor, 1)));
  const images = await Promise.all(asked);
  // A new buffer each time, because the pipeline keeps the last one.
  const pixels = Buffer.allocUnsafeSlow(monitor.width * monitor.height * BYTES_PER_PX);
  last?.copy(pixels);
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / BYTES_PER_PX);
  images.forEach((image, i) => {
    const part = parts[i];
    if (part) connection.unpack(image, part, words, monitor.width);
  });
  view.pixels = pixels;
  return pixels;
}

/** Moves a rectangle from the monitor's px to the root window's, or back. */
function moved(area: Rectangle, { x, y }: MonitorInfo, direction: 1 | -1): Rectangle {
  return { ...area, x: area.x + x * direction, y: area.y + y * direction };
}
