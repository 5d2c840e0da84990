/**
 * A process with the agent's pipeline and publisher and a synthetic desktop. Arguments: port, adaptive (on or off), token. The message
 * "rest" stops all movement, and is answered with what happened when.
 */

import { wallNow } from "@screen-share/protocol/testing/connect";
import {
  EncoderUnavailable,
  type Frame,
  levelsOf,
  Pacer,
  Pipeline,
  Publisher,
  type PublishSession,
} from "@screen-share/publish";
import {
  chooseEncoder,
  createLog,
  directOpener,
  nodePlatform,
  TerminalLinks,
} from "@screen-share/publish/node";
import { type TypedKey, VIDEO_TILES, VideoSource } from "./video-source.ts";

const FPS = 10;
const QUALITY = 60;
const MAX_QUALITY = 90;

export interface AgentReport {
  readonly restedAt: number;
  readonly keys: readonly TypedKey[];
  /** Each update's `capturedAt` on the relay's clock as estimated, and its real time, ms since 1970. */
  readonly captures: readonly (readonly [told: number, real: number])[];
  /** For each update with tiles of the video: its time, quality level and bytes. */
  readonly sent: readonly { at: number; level: number; bytes: number }[];
  readonly qualities: readonly number[];
}

const [port, adaptive, token] = process.argv.slice(2);
const log = createLog("warn", { app: "bench" });
const platform = { ...nodePlatform, now: () => wallNow() };
const { now } = platform;
const levels = levelsOf({ quality: QUALITY, maxQuality: MAX_QUALITY, adaptive: adaptive === "on" });
const { qualities } = levels;
const encoder = chooseEncoder({ choice: "jpeg-turbo", qualities, log });
if (encoder instanceof EncoderUnavailable) throw new Error(encoder.reason);
const url = `ws://localhost:${port}/ws/producer`;
const publisher = new Publisher({
  open: directOpener({ server: url, token }),
  url,
  room: "main",
  name: "bench",
  links: new TerminalLinks({
    url,
    identity: () => ({ producerId: "0".repeat(32), generation: "bench" }),
    onViewerLink: () => undefined,
    log,
    timers: platform,
  }),
  log,
  timing: platform,
});
const source = new VideoSource(now);
const captures: [number, number][] = [];
const sent: { at: number; level: number; bytes: number }[] = [];
const watched = new WeakSet<PublishSession>();

/** Reports every picture that is published over this session. */
function watch(session: PublishSession): void {
  if (watched.has(session)) return;
  watched.add(session);
  const publish = session.publish.bind(session);
  session.publish = (picture, at) => {
    const told = session.clock.toRemote(picture.capturedAt);
    const bytes = publish(picture, at);
    if (bytes === undefined) return bytes;
    captures.push([told, picture.capturedAt]);
    const moving = picture.tiles.find(({ index }) => VIDEO_TILES.includes(index));
    if (moving) sent.push({ at: now(), level: moving.table, bytes });
    return bytes;
  };
}

const turn = async () => {
  const session = await publisher.turn();
  if (session) watch(session);
  return session;
};
const scaler = { scale: async (frame: Frame) => frame };
const parts = { source, scaler, encoder, levels, publisher: { turn }, pacer: new Pacer(FPS) };
process.on("message", () => {
  source.rest();
  const report = { restedAt: now(), keys: source.keys, captures, sent, qualities };
  process.send?.(report satisfies AgentReport);
});
void publisher.run();
void new Pipeline({ ...parts, log, platform }).run();
process.send?.("ready");
