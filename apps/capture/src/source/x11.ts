/**
 * Monitors of an X server, event by event: the server says by its extension DAMAGE where something was drawn, and
 * only that is fetched, so a screen at rest costs one round trip a grab.
 *
 * Why nothing is ever missed: the server handles our requests in order, and tells of each px drawn on since the last
 * Subtract before it answers anything that we ask after it. A grab asks (`sync`), so it knows of all that was drawn
 * before; it then sends Subtract, and after it GetImage of all that is marked. What was drawn before the GetImage is
 * in its answer. What was drawn after the Subtract is told of anew, so it is fetched by the next grab: at worst
 * something is fetched twice. Whenever that chain breaks (a new connection, monitors rearranged, a GetImage that
 * failed) everything is marked.
 */
import type { X11Settings } from "../config.ts";
import { DirtyGrid, type Rectangle } from "../core/dirty-grid.ts";
import { chooseMonitor, type MonitorInfo, noDisplay, noMonitor } from "./monitor.ts";
import { type Frame, type Source, SourceFailure } from "./source.ts";
import { X11Connection, X11Failure } from "./x11-connection.ts";

const BYTES_PER_PX = 4;
/** How often a grab begins anew because the screen was rearranged under it. */
const MAX_ATTEMPTS = 3;

export interface X11SourceOptions extends X11Settings {
  /** An id, an index from 0 or a name; the primary one unless given. */
  readonly monitor?: string;
  /** ms */
  readonly now: () => number;
}

/** The monitor that is grabbed, and what is known of it. */
interface View {
  readonly monitor: MonitorInfo;
  readonly dirty: DirtyGrid;
  /** The last frame's. */
  pixels: Buffer | undefined;
}

export class X11Source implements Source {
  readonly name = "X11 DAMAGE";
  #connection: X11Connection | undefined;
  #view: View | undefined;
  /** What the view says may not hold any more. */
  #stale = true;

  constructor(private readonly options: X11SourceOptions) {}

  async grab(): Promise<Frame | SourceFailure> {
    try {
      this.#connection ??= await this.#connect();
      return await this.#grab(this.#connection);
    } catch (error) {
      if (!(error instanceof X11Failure)) throw error;
      this.#connection?.close();
      this.#connection = undefined;
      return noDisplay(error.message);
    }
  }

  #connect(): Promise<X11Connection> {
    this.#stale = true;
    return X11Connection.open(this.options, {
      drawn: (area) => {
        if (this.#view) this.#view.dirty.mark(moved(area, this.#view.monitor, -1));
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
        const rearranged = error instanceof X11Failure && error.outside;
        if (!rearranged || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** The monitor to grab; a new view, all dirty, if there may be another one now. */
  async #look(connection: X11Connection): Promise<View | SourceFailure> {
    if (this.#view && !this.#stale) return this.#view;
    this.#view = undefined;
    // Before it is asked for: it may change again while the answer is under way.
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

/** The view's px as they are now; the same buffer as the last time if nothing was drawn. */
async function fetchPixels(connection: X11Connection, view: View): Promise<Buffer> {
  const { monitor, dirty, pixels: last } = view;
  const parts = dirty.take();
  if (last && parts.length === 0) return last;
  connection.subtractDamage();
  const asked = parts.map((part) => connection.image(moved(part, monitor, 1)));
  const images = await Promise.all(asked);
  // A new buffer each time: what was given away may be kept, as the pipeline does.
  const pixels = Buffer.allocUnsafeSlow(monitor.width * monitor.height * BYTES_PER_PX);
  last?.copy(pixels);
  images.forEach((image, i) => {
    const part = parts[i];
    if (part) draw(image, part, pixels, monitor.width);
  });
  view.pixels = pixels;
  return pixels;
}

/** Puts an image's px, which are BGRX, to their place in an RGBA picture that is `stride` px wide. */
function draw(image: Buffer, part: Rectangle, pixels: Buffer, stride: number): void {
  // A reply may begin anywhere in what the socket brought.
  const from = wordsOf(image.byteOffset % BYTES_PER_PX === 0 ? image : Buffer.from(image));
  const to = wordsOf(pixels);
  let read = 0;
  for (let y = part.y; y < part.y + part.height; y++) {
    const start = y * stride + part.x;
    for (let at = start; at < start + part.width; at++) {
      const px = from[read++] ?? 0;
      to[at] = 0xff000000 | ((px & 0xff) << 16) | (px & 0xff00) | ((px >>> 16) & 0xff);
    }
  }
}

function wordsOf({ buffer, byteOffset, length }: Buffer): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / BYTES_PER_PX);
}

/** A rectangle from the monitor's px to the root window's, or back. */
function moved(area: Rectangle, { x, y }: MonitorInfo, direction: 1 | -1): Rectangle {
  return { ...area, x: area.x + x * direction, y: area.y + y * direction };
}
