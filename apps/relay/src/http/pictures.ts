/** Pictures over HTTP, for whatever shows images: one JPEG, or an endless stream of them. */
import { CLOSE, ProtocolError, ROOM_NAME } from "@screen-share/protocol";
import type { Grant } from "../core/access.ts";
import { Glance } from "../core/glance.ts";
import type { Hub } from "../core/hub.ts";
import { MJPEG_CONTENT_TYPE, MJPEG_FILLER, MjpegViewer } from "../core/mjpeg-viewer.ts";
import type { Room } from "../core/room.ts";
import { type HttpReply, type HttpStream, refusalReply, textReply } from "./reply.ts";

const PICTURE_HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** A picture of less than so long ago is one of now, ms. */
const FRESH_FOR_MS = 250;

/** Who has been let in, and where. */
export interface PictureRequest {
  readonly room: string;
  readonly grant: Grant;
  readonly now: number;
}

/** `/snapshot.jpg?room=`: the whole picture as it is now, or else as it was last; 404 while there is none. */
export async function snapshot(hub: Hub, request: PictureRequest): Promise<HttpReply> {
  const { room: name, grant } = request;
  const room = hub.find(name);
  if (room?.sleeping && !isFresh(room, request.now)) {
    const problem = await new Promise<HttpReply | undefined>((resolve) => {
      const refused = refusing(name, () => {
        new Glance(room, grant, { since: request.now, done: () => resolve(undefined) });
        return undefined;
      });
      if (refused) resolve(refused);
    });
    if (problem) return problem;
  }
  return lastPicture(hub, request);
}

function isFresh({ picture: { shown } }: Room, now: number): boolean {
  return shown !== undefined && !shown.partial && now - shown.store.capturedAt < FRESH_FOR_MS;
}

function lastPicture(hub: Hub, { room: name, grant }: PictureRequest): HttpReply {
  return refusing(name, () => {
    const room = hub.find(name);
    room?.checkLink(grant);
    const shown = room?.picture.shown;
    if (!room || !shown) return textReply(404, "There is no picture in this room yet.");
    const { store, relayedAt } = shown;
    return {
      status: 200,
      headers: {
        ...PICTURE_HEADERS,
        "Content-Type": "image/jpeg",
        "Last-Modified": new Date(store.capturedAt || relayedAt).toUTCString(),
        "X-Producer-State": room.status.state,
      },
      body: room.picture.wholeJpeg(shown),
    };
  });
}

/** `/stream.mjpeg?room=`: every picture that the client can take, for as long as its grant holds. */
export function mjpeg(
  hub: Hub,
  { room: name, grant, now }: PictureRequest,
): HttpReply | HttpStream {
  return refusing<HttpReply | HttpStream>(name, () => {
    const room = hub.enter(name, now);
    room.checkPlace(grant);
    return {
      status: 200,
      headers: { ...PICTURE_HEADERS, "Content-Type": MJPEG_CONTENT_TYPE },
      filler: MJPEG_FILLER,
      begin: (sink) => new MjpegViewer(room, sink, grant),
    };
  });
}

function refusing<T>(room: string, answer: () => T): T | HttpReply {
  if (!ROOM_NAME.test(room)) {
    return textReply(400, "A room's name is 1 to 64 letters, digits, - or _.");
  }
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.closeCode === CLOSE.full) return textReply(503, `Not now: ${error.message}.`);
    return refusalReply(error);
  }
}
