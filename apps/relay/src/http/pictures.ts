/** Pictures over HTTP, for whatever shows images: one JPEG, or an endless stream of them. */
import { CLOSE, ProtocolError, ROOM_NAME } from "@screen-share/protocol";
import type { Grant } from "../core/grant.ts";
import type { Hub } from "../core/hub.ts";
import { MjpegViewer } from "../core/mjpeg-viewer.ts";
import type { Shown } from "../core/picture.ts";
import type { Room } from "../core/room.ts";
import { SnapshotViewer } from "../core/snapshot-viewer.ts";
import { MJPEG_CONTENT_TYPE } from "../core/stream-part.ts";
import type { Time } from "../core/time.ts";
import type { WholeJpeg } from "../core/whole-jpeg.ts";
import { isKnown } from "./conditional.ts";
import {
  type HttpReply,
  type HttpRequest,
  type HttpStream,
  refusalReply,
  textReply,
  type WholeReply,
} from "./reply.ts";

const PICTURE_HEADERS = {
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};
/** A browser may keep it, but has to ask, and be let in, each time that it shows it again (RFC 9111 §5.2.2.4). */
const ASK_EACH_TIME = "private, no-cache";

/** A picture of less than so long ago is one of now, ms. */
const FRESH_FOR_MS = 250;
/** Pictures a second, as a stream may be asked for. */
const FPS = { min: 0.1, max: 60 } as const;
const DECIMAL = /^\d{1,3}(\.\d{1,6})?$/;

/** Who has been let in, where, and what for. */
export interface PictureRequest extends Pick<HttpRequest, "headers" | "query"> {
  readonly room: string;
  readonly grant: Grant;
  /** What the answer says of the pages that may show it. */
  readonly embedding: Readonly<Record<string, string>>;
  readonly time: Time;
}

/** `/snapshot.jpg?room=`: the whole picture as it is now, or else as it was last; 404 while there is none. */
export async function snapshot(hub: Hub, request: PictureRequest): Promise<WholeReply> {
  const { room: name, grant, time } = request;
  const room = hub.find(name);
  const now = time.now();
  if (room?.sleeping && !isFresh(room, now)) {
    const problem = await new Promise<WholeReply | undefined>((resolve) => {
      const refused = refusing(name, () => {
        new SnapshotViewer(room, grant, { since: now, done: () => resolve(undefined) });
        return undefined;
      });
      if (refused) resolve(refused);
    });
    if (problem) return problem;
  }
  return await lastPicture(hub, request);
}

function isFresh({ picture: { shown } }: Room, now: number): boolean {
  return shown !== undefined && !shown.partial && now - shown.store.capturedAt < FRESH_FOR_MS;
}

async function lastPicture(hub: Hub, request: PictureRequest): Promise<WholeReply> {
  const { room: name, grant, headers } = request;
  const found = refusing(name, () => {
    const room = hub.find(name);
    room?.checkLink(grant);
    const shown = room?.picture.shown;
    return room && shown
      ? { room, shown }
      : textReply(404, "There is no picture in this room yet.");
  });
  if ("status" in found) return found;
  const { room, shown } = found;
  const length = room.picture.whole.lengthOf(shown);
  const etagNow = `"${room.pictureId(pictureOf(shown))}"`;
  if (length !== undefined && isKnown(headers, etagNow)) {
    return notModified({ ...headersOf(room, shown, request), ETag: etagNow }, length);
  }
  const whole = await new Promise<WholeJpeg | undefined>((settle) => {
    room.picture.whole.request(shown, settle);
  });
  if (!whole) {
    room.stats.dropped("composing_costs_too_much");
    return laterReply(
      "this picture takes more of the relay's time or memory than its room may have",
    );
  }
  return refusing<WholeReply>(name, () => {
    room.checkLink(grant);
    const etag = `"${room.pictureId(whole)}"`;
    const described = { ...headersOf(room, shown, request), ETag: etag };
    if (isKnown(headers, etag)) return notModified(described, whole.bytes.length);
    return {
      status: 200,
      headers: { ...described, "Content-Type": "image/jpeg" },
      body: whole.bytes,
    };
  });
}

function pictureOf({ epoch, store: { pictureVersion } }: Shown) {
  return { epoch, pictureVersion };
}

function notModified(headers: Readonly<Record<string, string>>, bodyLength: number): WholeReply {
  return { status: 304, headers, bodyLength };
}

function headersOf(room: Room, { store, relayedAt }: Shown, { time, embedding }: PictureRequest) {
  return {
    ...PICTURE_HEADERS,
    ...embedding,
    "Cache-Control": ASK_EACH_TIME,
    "X-Picture-Age": seconds(time.now() - (store.capturedAt || relayedAt)),
    "X-Producer-State": room.status.state,
  };
}

/** To the tenth, and never less than nothing. */
function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(1);
}

/** `/stream.mjpeg?room=&fps=`: every picture that the client can take and wants, for as long as its grant holds. */
export function mjpeg(hub: Hub, request: PictureRequest): WholeReply | HttpStream {
  const { room: name, grant, time, embedding, query } = request;
  return refusing<WholeReply | HttpStream>(name, () => {
    const asked = query.get("fps");
    const maxFps = asked === null ? undefined : fpsOf(asked);
    if (Number.isNaN(maxFps)) {
      return textReply(400, `fps must be a number from ${FPS.min} to ${FPS.max}.`);
    }
    const room = hub.enter(name, time.now());
    room.checkPlace("mjpeg viewer", grant);
    return {
      status: 200,
      headers: {
        ...PICTURE_HEADERS,
        ...embedding,
        "Cache-Control": "no-store",
        "Content-Type": MJPEG_CONTENT_TYPE,
        // nginx, and proxies that follow it, would hold back up to 64 KB of a stream.
        "X-Accel-Buffering": "no",
      },
      begin: (sink) => new MjpegViewer(room, sink, { grant, maxFps, time }),
    };
  });
}

/** @returns NaN for what is no such number */
function fpsOf(text: string): number {
  const fps = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return fps >= FPS.min && fps <= FPS.max ? fps : Number.NaN;
}

function refusing<T>(room: string, answer: () => T): T | HttpReply {
  if (!ROOM_NAME.test(room)) {
    return textReply(400, "A room's name is 1 to 64 letters, digits, - or _.");
  }
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.closeCode === CLOSE.full) return laterReply(error.message);
    return refusalReply(error);
  }
}

/** What may be had later. */
function laterReply(why: string): HttpReply {
  const reply = textReply(503, `Not now: ${why}.`);
  return { ...reply, headers: { ...reply.headers, "Retry-After": "1" } };
}
