/**
 * One connection to an X server, by the library `x11`: requests become promises, events become calls, and every failure becomes an
 * `X11Failure`. Unless its kind is `outside`, the connection cannot be used any more. Knows nothing of frames.
 */
import x11, {
  type Client,
  type Damage,
  type Display,
  type Done,
  type Randr,
  type Xinerama,
} from "x11";
import type { X11Settings } from "../config.ts";
import type { Rectangle } from "./core/dirty-grid.ts";
import { type Unpacker, unpackerOf } from "./core/pixel-format.ts";
import type { MonitorInfo } from "./monitor.ts";
import { openSocket, parseDisplay, remoteAddressOf } from "./x11-display.ts";
import { chooseKey } from "./x11-key.ts";
import { type Arrangement, askMonitors, askRandr } from "./x11-monitors.ts";
import { type ColormapEntry, pixelsOf, type ScreenPixels } from "./x11-pixels.ts";

const REPLY_TIMEOUT_MS = 5000;

/** ZPixmap and all planes, for GetImage. */
const Z_PIXMAP = 2;
const ALL_PLANES = 0xffffffff;
const BAD_MATCH = 8;
const CONFIGURE_NOTIFY = 22;
/** Follows RRScreenChangeNotify. */
const RR_NOTIFY_OFFSET = 1;
/** The names of XWayland's outputs before it had an extension of that name (23.1). */
const XWAYLAND = "XWAYLAND";
/** A refusal that has nothing to do with the key. */
const SERVER_FULL = /Maximum number of clients/i;

/** The display cannot be used, at the moment or at all: expected, and no bug. The message is a clause in plain words. */
export class X11Failure extends Error {
  constructor(
    message: string,
    /**
     * `outside`: the rectangle is no longer on the screen; the connection still works.
     * `xwayland`: the server is XWayland, whose root window does not show the desktop.
     */
    readonly kind: "lost" | "outside" | "xwayland" = "lost",
    /** Sentences about what the user can do. */
    readonly advice: string | undefined = undefined,
  ) {
    super(message);
  }
}

export interface X11Events {
  /** Something was drawn here, px of the root window. */
  drawn(area: Rectangle): void;
  /** Any pixel may have changed: the colormap changed, or the server does not report what is drawn. */
  redrawn(): void;
  /** Monitors appeared, disappeared, or changed their size or position. */
  rearranged(): void;
}

interface Server extends Arrangement {
  readonly colormap: number;
  readonly pixels: ScreenPixels;
  /** Undefined if the server lacks the extension. */
  readonly damage: Damage | undefined;
}

export class X11Connection {
  #server: Server | undefined;
  #client: Client | undefined;
  #damageId = 0;
  #unpack: Unpacker | undefined;
  #colormap = "";
  #lost: X11Failure | undefined;
  readonly #waiting = new Set<(failure: X11Failure) => void>();

  private constructor(private readonly events: X11Events) {}

  /** Connects. From then on events are reported. @throws X11Failure */
  static async open(settings: X11Settings, events: X11Events): Promise<X11Connection> {
    const connection = new X11Connection(events);
    try {
      await connection.#open(settings);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Once this resolves, `events` has received everything that was drawn before the call. */
  async sync(): Promise<void> {
    const { client, damage, pixels } = this.#ready();
    if (pixels.queries.length > 0) await this.#readColormap();
    else await this.#ask((done) => client.GetInputFocus(done));
    if (!damage) this.events.redrawn();
  }

  /** Marks what was drawn so far as seen: an area is reported again only when it is drawn on again. */
  subtractDamage(): void {
    const { damage } = this.#ready();
    damage?.Subtract(this.#damageId, 0, 0);
  }

  /** Copies an image of this screen into an RGBA picture. Valid until the next `sync`. */
  get unpack(): Unpacker {
    this.#ready();
    if (!this.#unpack) throw new Error("the connection is not open yet");
    return this.#unpack;
  }

  /** The current pixels of a part of the root window. @throws X11Failure of kind `outside` if it is not completely on the screen */
  async image({ x, y, width, height }: Rectangle): Promise<Buffer> {
    const { client, root } = this.#ready();
    const { data } = await this.#ask<{ readonly data: Buffer }>((done) =>
      client.GetImage(Z_PIXMAP, root, x, y, width, height, ALL_PLANES, done),
    );
    return data;
  }

  monitors(): Promise<MonitorInfo[]> {
    return askMonitors(this.#ready(), (send) => this.#ask(send));
  }

  /** Ends it at once. Pending requests fail. */
  close(): void {
    this.#lose("the connection was closed");
  }

  async #open(settings: X11Settings): Promise<void> {
    const { client, display, screen } = await this.#connect(settings);
    const pixels = pixelsOf(display, screen);
    if (!pixels) throw new X11Failure("its pixels are of a kind that cannot be read");
    const damage = await this.#extension<Damage>((done) => client.require("damage", done));
    const randr = await this.#extension<Randr>((done) => client.require("randr", done));
    const xinerama = await this.#extension<Xinerama>((done) => client.require("xinerama", done));

    this.#damageId = client.AllocID();
    const { root, default_colormap } = screen;
    this.#server = { client, root, colormap: default_colormap, pixels, damage, randr, xinerama };
    this.#setColours([]);
    const arrangement = [CONFIGURE_NOTIFY];
    if (randr) arrangement.push(randr.firstEvent, randr.firstEvent + RR_NOTIFY_OFFSET);
    client.on("event", ({ type, area }) => {
      if (this.#lost) return;
      if (type === damage?.firstEvent && area) {
        this.events.drawn({ x: area.x, y: area.y, width: area.w, height: area.h });
      }
      if (arrangement.includes(type)) this.events.rearranged();
    });
    client.ChangeWindowAttributes(root, { eventMask: x11.eventMask.StructureNotify });
    randr?.SelectInput(root, randr.NotifyMask.All);
    damage?.Create(this.#damageId, root, damage.ReportLevel.DeltaRectangles);
    await this.#refuseXwayland();
    await this.sync();
  }

  async #connect(settings: X11Settings) {
    const name = parseDisplay(settings.display);
    if (!name) throw new X11Failure(`"${settings.display}" is not the name of a display`);
    const socket = await openSocket(name, REPLY_TIMEOUT_MS);
    if (typeof socket === "string") throw new X11Failure(`${settings.display}: ${socket}`);
    const remoteAddress = remoteAddressOf(socket);
    const { key, advice } = await chooseKey(settings.xauthority, { ...name, remoteAddress });
    // In one write: a server that refuses closes at once, and a second write would fail before its reason is read.
    socket.cork();
    setImmediate(() => socket.uncork());
    const display = await this.#ask<Display>((done) => {
      const client = x11.createClient(
        {
          display: `:${name.number}.${name.screen}`,
          stream: socket,
          auth: { name: key?.name ?? "", data: key?.data ?? "" },
          // Without shared memory, which is only for pictures that are sent to the server, and needs Node.js internals.
          shm: false,
          disableBigRequests: true,
        },
        done,
      );
      this.#client = client;
      // Every error that belongs to no request, including errors of the socket and errors after it was closed.
      client.on("error", (error) => {
        const refusal = /^X server connection failed: *([^\n]*)/.exec(error.message)?.[1];
        if (refusal === undefined) return this.#lose(error.message);
        const what = `the X server at ${settings.display} refused the connection: ${refusal.trim()}`;
        this.#lose(what, SERVER_FULL.test(refusal) ? undefined : advice);
      });
      client.on("end", () => this.#lose("the X server closed the connection"));
    });
    const screen = display.screen[name.screen];
    if (!this.#client || !screen) throw new X11Failure(`${settings.display} has no such screen`);
    return { client: this.#client, display, screen };
  }

  async #refuseXwayland(): Promise<void> {
    const { client } = this.#ready();
    const { present } = await this.#ask<{ readonly present: number }>((done) =>
      client.QueryExtension(XWAYLAND, done),
    );
    const monitors = await askRandr(this.#ready(), (send) => this.#ask(send));
    const names = monitors?.flatMap(({ name, aliases }) => [name, ...aliases]);
    if (present !== 1 && !names?.some((name) => name.startsWith(XWAYLAND))) return;
    throw new X11Failure("DISPLAY leads to XWayland, which does not show it", "xwayland");
  }

  /** Any program may change the colormap's entries at any time, and no event reports that. */
  async #readColormap(): Promise<void> {
    const { client, root, colormap, pixels } = this.#ready();
    const installed = await this.#ask<readonly number[]>((done) =>
      client.ListInstalledColormaps(root, done),
    );
    const shown = installed.includes(colormap) ? colormap : (installed[0] ?? colormap);
    const entries = await this.#ask<readonly ColormapEntry[]>((done) =>
      client.QueryColors(shown, pixels.queries, done),
    );
    const seen = JSON.stringify(entries);
    if (seen === this.#colormap) return;
    this.#colormap = seen;
    this.#setColours(entries);
    this.events.redrawn();
  }

  #setColours(entries: readonly ColormapEntry[]): void {
    const { pixels } = this.#ready();
    this.#unpack = unpackerOf(pixels.layout, pixels.colours(entries));
    if (this.#unpack) return;
    throw new X11Failure(`its pixels (${pixels.description}) are of a kind that cannot be read`);
  }

  async #extension<T>(require: (done: Done<T>) => void): Promise<T | undefined> {
    try {
      return await this.#ask(require);
    } catch (error) {
      if (this.#lost || !(error instanceof X11Failure)) throw error;
      return undefined;
    }
  }

  /** Calls `send` with a callback, and waits at most `REPLY_TIMEOUT_MS` until that is called. */
  #ask<T>(send: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost);
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(fail);
      };
      const fail = (failure: X11Failure) => {
        settle();
        reject(failure);
      };
      const timer = setTimeout(() => this.#lose("the X server does not answer"), REPLY_TIMEOUT_MS);
      this.#waiting.add(fail);
      const done: Done<T> = (error, reply) => {
        if (error)
          fail(new X11Failure(error.message, error.error === BAD_MATCH ? "outside" : "lost"));
        else settle();
        resolve(reply);
        return true;
      };
      try {
        send(done);
      } catch (error) {
        fail(new X11Failure(error instanceof Error ? error.message : String(error)));
      }
    });
  }

  #lose(reason: string, advice?: string): void {
    this.#lost ??= new X11Failure(reason, "lost", advice);
    this.#client?.stream?.destroy();
    for (const fail of [...this.#waiting]) fail(this.#lost);
  }

  #ready(): Server {
    if (this.#lost) throw this.#lost;
    if (!this.#server) throw new Error("the connection is not open yet");
    return this.#server;
  }
}
