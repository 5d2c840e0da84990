/**
 * The parts of an X screen that can be grabbed, as the server reports them: monitors (RANDR 1.5, including `xrandr --setmonitor`), else
 * screens of XINERAMA, else the root window. They are clipped to the root window, since there are no pixels outside of it.
 */
import type { Size } from "@screen-share/protocol";
import type { Client, Done, Randr, Xinerama } from "x11";
import type { Rectangle } from "./core/dirty-grid.ts";
import type { MonitorInfo } from "./monitor.ts";

/** X ids and atoms have at most 29 bits, so ids from here on are not in use. */
const FIRST_FREE_ID = 2 ** 29;

const RR_GET_MONITORS = 42;
const GET_ATOM_NAME = 17;
const RR_MINOR_WITH_MONITORS = 5;

/** The server, and its extensions that know monitors. Undefined if the server lacks them. */
export interface Arrangement {
  readonly client: Client;
  readonly root: number;
  readonly randr: Randr | undefined;
  readonly xinerama: Xinerama | undefined;
}

/** Calls its argument with a callback of the library, and resolves with the callback's result. */
export type Request = <T>(send: (done: Done<T>) => void) => Promise<T>;

/** The parts of the screen that can be grabbed; the whole screen if it has no monitors. */
export async function askMonitors(server: Arrangement, ask: Request): Promise<MonitorInfo[]> {
  const { width, height } = await ask<Size>((done) => server.client.GetGeometry(server.root, done));
  const root = { width, height };
  const monitors = (await askRandr(server, ask)) ?? (await askXinerama(server, ask));
  const visible = clipped(monitors, root);
  return visible.length > 0 ? visible : [screenPart("screen", 0, { x: 0, y: 0, ...root })];
}

/** Undefined if RANDR is absent or older than 1.5. */
export async function askRandr(
  server: Arrangement,
  ask: Request,
): Promise<MonitorInfo[] | undefined> {
  const { client, root, randr } = server;
  if (!randr || randr.minor_version < RR_MINOR_WITH_MONITORS) return undefined;
  const body = Buffer.alloc(12);
  body.writeUInt8(randr.majorOpcode, 0);
  body.writeUInt8(RR_GET_MONITORS, 1);
  body.writeUInt32LE(root, 4);
  body.writeUInt8(1, 8); // only those that show something
  const monitors = await ask<RandrMonitor[]>((done) => request(client, body, readMonitors, done));
  const named = monitors.map(async ({ nameAtom, outputs, ...monitor }) => {
    const ofOutputs = outputs.map(async (output) => {
      const { name } = await ask<{ readonly name: string }>((done) =>
        randr.GetOutputInfo(output, 0, done),
      );
      return name;
    });
    const names = await Promise.all([atomName(client, nameAtom, ask), ...ofOutputs]);
    const [name = "", ...aliases] = names;
    return { ...monitor, id: outputs[0] ?? FIRST_FREE_ID + nameAtom, name, aliases };
  });
  return Promise.all(named);
}

/** Without the library's own function, which confuses the atoms of one server with those of the next. */
function atomName(client: Client, atom: number, ask: Request): Promise<string> {
  const body = Buffer.alloc(8);
  body.writeUInt8(GET_ATOM_NAME, 0);
  body.writeUInt32LE(atom, 4);
  const read = (reply: Buffer) => reply.toString("latin1", 24, 24 + reply.readUInt16LE(0));
  return ask<string>((done) => request(client, body, read, done));
}

/** Sends a request that the library lacks, in the way its own extensions do. @param body without its length */
function request<T>(client: Client, body: Buffer, read: (reply: Buffer) => T, done: Done<T>): void {
  body.writeUInt16LE(body.length / 4, 2);
  client.seq_num++;
  client.pack_stream.put(body);
  client.replies[client.seq_num] = [read, done];
  client.pack_stream.submit(true);
}

async function askXinerama({ xinerama }: Arrangement, ask: Request): Promise<MonitorInfo[]> {
  if (!xinerama) return [];
  const screens = await ask<readonly Rectangle[]>((done) => xinerama.QueryScreens(done));
  return screens.map((screen, index) => screenPart(`screen ${index}`, index, screen));
}

interface RandrMonitor extends Rectangle {
  readonly nameAtom: number;
  readonly primary: boolean;
  /** Ids of the outputs that show it. Empty if it was made by `xrandr --setmonitor … none`. */
  readonly outputs: readonly number[];
}

/**
 * The reply to RANDR's GetMonitors, from byte 8:
 *
 *      0 timestamp u32 · 4 monitors u32 · 8 outputs u32 · 12 nothing · 24 the monitors, each:
 *      0 name u32 · 4 primary u8 · 5 automatic u8 · 6 outputs u16 · 8 x i16 · 10 y i16 · 12 width u16 ·
 *     14 height u16 · 16 width mm u32 · 20 height mm u32 · 24 its outputs, u32 each
 */
function readMonitors(body: Buffer): RandrMonitor[] {
  const monitors: RandrMonitor[] = [];
  let at = 24;
  for (let left = body.readUInt32LE(4); left > 0; left--) {
    const start = at + 24;
    const outputs = Array.from({ length: body.readUInt16LE(at + 6) }, (_, i) =>
      body.readUInt32LE(start + i * 4),
    );
    monitors.push({
      nameAtom: body.readUInt32LE(at),
      primary: body.readUInt8(at + 4) !== 0,
      x: body.readInt16LE(at + 8),
      y: body.readInt16LE(at + 10),
      width: body.readUInt16LE(at + 12),
      height: body.readUInt16LE(at + 14),
      outputs,
    });
    at = start + outputs.length * 4;
  }
  return monitors;
}

/** A part of the screen that RANDR does not know. @param index from 0 */
function screenPart(name: string, index: number, part: Rectangle): MonitorInfo {
  return { ...part, id: index, name, aliases: [], primary: index === 0 };
}

/** The monitors, clipped to the root window, without those that are completely outside. */
function clipped(monitors: readonly MonitorInfo[], root: Size): MonitorInfo[] {
  return monitors
    .map((monitor) => {
      const [x, y] = [Math.max(0, monitor.x), Math.max(0, monitor.y)];
      const width = Math.min(root.width, monitor.x + monitor.width) - x;
      const height = Math.min(root.height, monitor.y + monitor.height) - y;
      return { ...monitor, x, y, width, height };
    })
    .filter(({ width, height }) => width > 0 && height > 0);
}
