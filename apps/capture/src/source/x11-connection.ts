/**
 * One connection to an X server, by the library `x11`: requests become promises, events become calls, and whatever
 * goes wrong (no server, a lost one, one that does not answer, one that lacks what is needed) becomes an `X11Failure`.
 * After one that says so it is of no more use. Knows nothing of frames.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import x11, { type Client, type Damage, type Display, type Randr, type XError } from "x11";
import type { X11Settings } from "../config.ts";
import type { Rectangle } from "../core/dirty-grid.ts";
import type { MonitorInfo } from "./monitor.ts";

const REPLY_TIMEOUT_MS = 5000;

/** ZPixmap and all planes, for GetImage. */
const Z_PIXMAP = 2;
const ALL_PLANES = 0xffffffff;
const BAD_MATCH = 8;
const CONFIGURE_NOTIFY = 22;
/** Follows RRScreenChangeNotify. */
const RR_NOTIFY_OFFSET = 1;
const RR_GET_MONITORS = 42;

/** The display cannot be used, for now or at all: expected, and no bug. The message is a clause in plain words. */
export class X11Failure extends Error {
  constructor(
    message: string,
    /** The rectangle asked for is not on the screen any more; the connection is as good as before. */
    readonly outside: boolean = false,
  ) {
    super(message);
  }
}

export interface X11Events {
  /** Something was drawn here, px of the root window. */
  drawn(area: Rectangle): void;
  /** Monitors came, went, or changed their size or place. */
  rearranged(): void;
}

interface Server {
  readonly client: Client;
  readonly root: number;
  readonly damage: Damage;
  readonly randr: Randr;
}

export class X11Connection {
  #server: Server | undefined;
  #client: Client | undefined;
  #damageId = 0;
  #lost: X11Failure | undefined;
  readonly #waiting = new Set<(failure: X11Failure) => void>();

  private constructor(private readonly events: X11Events) {}

  /**
   * Connects, and hears of what is drawn from then on.
   * @throws X11Failure also where the server has no DAMAGE or RANDR 1.5, or px of a kind that is not read here
   */
  static async open(settings: X11Settings, events: X11Events): Promise<X11Connection> {
    await checkKey(settings.xauthority);
    const connection = new X11Connection(events);
    try {
      await connection.#open(settings.display);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Once this resolves, `events` has been told of all that was drawn before it was called. */
  async sync(): Promise<void> {
    const { client } = this.#ready();
    await this.#ask((done) => client.GetInputFocus(done));
  }

  /** What was drawn so far counts as seen: it is told again when it is drawn on again. */
  subtractDamage(): void {
    const { damage } = this.#ready();
    damage.Subtract(this.#damageId, 0, 0);
  }

  /**
   * The px of a part of the root window as they are now: blue, green, red and a byte of no meaning each.
   * @throws X11Failure, `outside` if it is not all on the screen
   */
  async image({ x, y, width, height }: Rectangle): Promise<Buffer> {
    const { client, root } = this.#ready();
    const { data } = await this.#ask<{ readonly data: Buffer }>((done) =>
      client.GetImage(Z_PIXMAP, root, x, y, width, height, ALL_PLANES, done),
    );
    return data;
  }

  /** The monitors, in the order, and with the ids and names, that node-screenshots gives them: it asks the same. */
  async monitors(): Promise<MonitorInfo[]> {
    const { client, root, randr } = this.#ready();
    const outputs = await this.#ask<Omit<MonitorInfo, "name">[]>((done) => {
      const request = Buffer.alloc(12);
      request.writeUInt8(randr.majorOpcode, 0);
      request.writeUInt8(RR_GET_MONITORS, 1);
      request.writeUInt16LE(request.length / 4, 2);
      request.writeUInt32LE(root, 4);
      request.writeUInt8(1, 8); // only those that show something
      client.seq_num++;
      client.pack_stream.put(request);
      client.replies[client.seq_num] = [readMonitors, done];
      client.pack_stream.submit(true);
    });
    const named = outputs.map(async (output): Promise<MonitorInfo> => {
      const { name } = await this.#ask<{ readonly name: string }>((done) =>
        randr.GetOutputInfo(output.id, 0, done),
      );
      return { ...output, name };
    });
    return Promise.all(named);
  }

  /** Drops it at once; what is still asked fails. */
  close(): void {
    this.#lose("the connection was closed");
  }

  async #open(display: string): Promise<void> {
    const { client, display: server } = await this.#connect(display);
    const screen = server.screen[Number(client.screenNum)];
    if (!screen) throw new X11Failure(`${display} has no such screen`);
    if (!hasKnownPixels(server, screen)) throw new X11Failure("its px are not 8 bits a colour");
    const damage = await this.#ask<Damage>((done) => client.require("damage", done));
    const randr = await this.#ask<Randr>((done) => client.require("randr", done));
    if (randr.major_version === 1 && randr.minor_version < 5) throw new X11Failure("RANDR is old");

    this.#damageId = client.AllocID();
    this.#server = { client, root: screen.root, damage, randr };
    client.on("event", ({ type, area }) => {
      if (this.#lost) return;
      if (type === damage.firstEvent && area) {
        this.events.drawn({ x: area.x, y: area.y, width: area.w, height: area.h });
      }
      const arrangement = [CONFIGURE_NOTIFY, randr.firstEvent, randr.firstEvent + RR_NOTIFY_OFFSET];
      if (arrangement.includes(type)) this.events.rearranged();
    });
    client.ChangeWindowAttributes(screen.root, { eventMask: x11.eventMask.StructureNotify });
    randr.SelectInput(screen.root, randr.NotifyMask.All);
    damage.Create(this.#damageId, screen.root, damage.ReportLevel.DeltaRectangles);
    await this.sync();
  }

  #connect(display: string): Promise<{ readonly client: Client; readonly display: Display }> {
    return this.#ask((done) => {
      // Without shared memory: it is only for pictures that go to the server, and needs the insides of Node.
      const options = { display, shm: false, disableBigRequests: true } as const;
      const client = x11.createClient(options, (error, server) => {
        // Too late: what was lost before it was there is closed now.
        if (this.#lost) client.stream?.destroy();
        done(error, { client, display: server });
      });
      this.#client = client;
      // Every error that no request claims; also those of the socket, and after it was closed.
      client.on("error", (error) => this.#lose(error.message));
      client.on("end", () => this.#lose("the X server closed the connection"));
    });
  }

  /** Calls `send` with a callback, and waits for it no longer than `REPLY_TIMEOUT_MS`. */
  #ask<T>(send: (done: (error: XError | null | undefined, reply: T) => true) => void): Promise<T> {
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
      const done = (error: XError | null | undefined, reply: T): true => {
        if (error) fail(new X11Failure(error.message, error.error === BAD_MATCH));
        else settle();
        resolve(reply);
        return true;
      };
      try {
        send(done);
      } catch (error) {
        // Such as a DISPLAY that is no address.
        fail(new X11Failure(error instanceof Error ? error.message : String(error)));
      }
    });
  }

  #lose(reason: string): void {
    this.#lost ??= new X11Failure(reason);
    this.#client?.stream?.destroy();
    for (const fail of [...this.#waiting]) fail(this.#lost);
  }

  #ready(): Server {
    if (this.#lost) throw this.#lost;
    if (!this.#server) throw new Error("the connection is not open yet");
    return this.#server;
  }
}

/** Whether a px is 32 bits with blue in its lowest byte, then green, then red. */
function hasKnownPixels(display: Display, screen: Display["screen"][number]): boolean {
  const visual = screen.depths[screen.root_depth]?.[screen.root_visual];
  return (
    display.image_byte_order === 0 &&
    display.format[screen.root_depth]?.bits_per_pixel === 32 &&
    visual?.red_mask === 0xff0000 &&
    visual.green_mask === 0xff00 &&
    visual.blue_mask === 0xff
  );
}

/**
 * The reply to GetMonitors, from byte 8. A monitor that is shown by several outputs counts once for each.
 *
 *      0 timestamp u32 · 4 monitors u32 · 8 outputs u32 · 12 nothing · 24 the monitors, each:
 *      0 name u32 · 4 primary u8 · 5 automatic u8 · 6 outputs u16 · 8 x i16 · 10 y i16 · 12 width u16 ·
 *     14 height u16 · 16 width mm u32 · 20 height mm u32 · 24 its outputs, u32 each
 */
function readMonitors(body: Buffer): Omit<MonitorInfo, "name">[] {
  const monitors: Omit<MonitorInfo, "name">[] = [];
  let at = 24;
  for (let left = body.readUInt32LE(4); left > 0; left--) {
    const [x, y] = [body.readInt16LE(at + 8), body.readInt16LE(at + 10)];
    const [width, height] = [body.readUInt16LE(at + 12), body.readUInt16LE(at + 14)];
    const primary = body.readUInt8(at + 4) !== 0;
    const end = at + 24 + body.readUInt16LE(at + 6) * 4;
    for (at += 24; at < end; at += 4) {
      monitors.push({ id: body.readUInt32LE(at), x, y, width, height, primary });
    }
  }
  return monitors;
}

/** The library throws where nobody can catch it if the file with the key is there but cannot be read. */
async function checkKey(file = join(homedir(), ".Xauthority")): Promise<void> {
  try {
    await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw new X11Failure(`${file} cannot be read`);
  }
}
