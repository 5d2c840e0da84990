/** Pictures over HTTP: a single JPEG, or an endless stream of JPEGs. */
import { CLOSE } from "@screen-share/protocol";
import type { Viewer } from "../core/audience.ts";
import type { Grant } from "../core/grant.ts";
import { checkRoomName, type Hub } from "../core/hub.ts";
import { MjpegViewer } from "../core/mjpeg-viewer.ts";
import { protocolErrorOf } from "../core/refusal.ts";
import type { Room } from "../core/room.ts";
import { MJPEG_CONTENT_TYPE } from "../core/stream-part.ts";
import type { Time } from "../core/time.ts";
import { type PictureVersion, versionOf, type WholeJpeg } from "../core/whole-jpeg.ts";
import {
  type HttpReply,
  type HttpRequest,
  type HttpStream,
  isKnown,
  refusalReply,
  textReply,
  type WholeReply,
} from "./reply.ts";

const PICTURE_HEADERS = {
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};
/** A browser may keep the picture, but must revalidate, and so be authorised, before it shows it again (RFC 9111 §5.2.2.4). */
const REVALIDATE = "private, no-cache";

/** A younger picture counts as current, ms. */
const FRESH_FOR_MS = 250;
/** How many ticks of about a second a snapshot waits for a new picture. One arrives within one capture; more waiting rarely helps. */
const MAX_TICKS = 1;
/** The range of a stream's `fps` parameter. */
const FPS = { min: 0.1, max: 60 } as const;
const DECIMAL = /^\d{1,3}(\.\d{1,6})?$/;

/** An admitted request. */
export interface PictureRequest extends Pick<HttpRequest, "headers" | "query"> {
  readonly room: string;
  readonly grant: Grant;
  readonly time: Time;
}

/** `/snapshot.jpg?room=`: the whole current picture, or the last one if the producer sends nothing now. 404 if there is none. */
export async function snapshot(hub: Hub, request: PictureRequest): Promise<WholeReply> {
  try {
    checkRoomName(request.room);
    const room = hub.find(request.room);
    if (room) await awaitFresh(room, request);
    return await lastPicture(hub, request);
  } catch (error) {
    return roomRefusal(error);
  }
}

/** An agent without viewers captures nothing. It is woken by a viewer, which waits for a whole new picture for a short time. */
async function awaitFresh(room: Room, { grant, time }: PictureRequest): Promise<void> {
  const now = time.now();
  const isSince = (since: number) => {
    const { shown } = room.picture;
    return shown !== undefined && !shown.partial && shown.store.capturedAt >= since;
  };
  if (!room.sleeping || isSince(now - FRESH_FOR_MS)) return;
  await new Promise<void>((done) => {
    let ticks = 0;
    const dismiss = () => {
      room.leave(viewer);
      done();
    };
    const viewer: Viewer = {
      kind: "snapshot",
      watching: true,
      advance: () => isSince(now) && dismiss(),
      viewersChanged: () => ++ticks > MAX_TICKS && dismiss(),
      producerChanged: () => room.status.state !== "live" && dismiss(),
      dismiss,
    };
    room.join(viewer, grant);
  });
}

async function lastPicture(hub: Hub, request: PictureRequest): Promise<WholeReply> {
  const { grant, headers, time } = request;
  const room = hub.find(request.room);
  room?.checkLink(grant);
  const shown = room?.picture.shown;
  if (!room || !shown) return textReply(404, "There is no picture in this room yet.");
  checkCodec(room);
  const { store, relayedAt } = shown;
  const describe = (picture: PictureVersion) => ({
    ...PICTURE_HEADERS,
    "Cache-Control": REVALIDATE,
    "X-Picture-Age": (Math.max(0, time.now() - (store.capturedAt || relayedAt)) / 1000).toFixed(1),
    "X-Producer-State": room.status.state,
    ETag: `"${room.pictureId(picture)}"`,
  });
  const jpegs = room.picture.whole;
  const length = jpegs.lengthOf(shown);
  const current = describe(versionOf(shown));
  if (length !== undefined && isKnown(headers, current.ETag)) {
    return { status: 304, headers: current, bodyLength: length };
  }
  const whole = await new Promise<WholeJpeg | undefined>((settle) => {
    jpegs.request(shown, settle);
  });
  if (!whole) {
    room.stats.dropped("composing_costs_too_much");
    const why = "this picture needs more of the relay's time or memory than its room may use";
    return retryLater(why);
  }
  // The link may have been revoked meanwhile.
  room.checkLink(grant);
  const { bytes: body } = whole;
  const described = describe(whole);
  return isKnown(headers, described.ETag)
    ? { status: 304, headers: described, bodyLength: body.length }
    : { status: 200, headers: { ...described, "Content-Type": "image/jpeg" }, body };
}

/** `/stream.mjpeg?room=&fps=`: pictures as fast as the client reads them, or at most `fps` per second, until its grant expires. */
export function mjpeg(hub: Hub, request: PictureRequest): WholeReply | HttpStream {
  const { room: name, grant, time, query } = request;
  const fps = query.get("fps");
  const maxFps = fps === null ? undefined : DECIMAL.test(fps) ? Number(fps) : Number.NaN;
  if (maxFps !== undefined && !(maxFps >= FPS.min && maxFps <= FPS.max)) {
    return textReply(400, `fps must be a number from ${FPS.min} to ${FPS.max}.`);
  }
  try {
    const room = hub.enter(name, time.now());
    room.checkPlace("mjpeg viewer", grant);
    checkCodec(room);
    return {
      status: 200,
      headers: {
        ...PICTURE_HEADERS,
        "Cache-Control": "no-store",
        "Content-Type": MJPEG_CONTENT_TYPE,
        // nginx, and proxies that follow it, would hold back up to 64 KB of a stream.
        "X-Accel-Buffering": "no",
      },
      begin: (sink) => new MjpegViewer(room, sink, { grant, maxFps, time }),
    };
  } catch (error) {
    return roomRefusal(error);
  }
}

/** @throws ProtocolError if no JPEG can be made of the room's picture */
function checkCodec({ picture: { shown, whole } }: Room): void {
  const refusal = shown && whole.refusal(shown);
  if (refusal) throw refusal;
}

/** @throws any error that is not a `ProtocolError` */
function roomRefusal(error: unknown): HttpReply {
  const refusal = protocolErrorOf(error);
  return refusal.closeCode === CLOSE.full ? retryLater(refusal.message) : refusalReply(refusal);
}

function retryLater(why: string): HttpReply {
  const reply = textReply(503, `Not now: ${why}.`);
  return { ...reply, headers: { ...reply.headers, "Retry-After": "1" }, refused: CLOSE.full };
}
