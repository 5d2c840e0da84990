/** Pictures over HTTP, for whatever shows images: one JPEG, or an endless stream of them. */
import { CLOSE, ProtocolError, ROOM_NAME } from "@screen-share/protocol";
import type { Grant } from "../core/access.ts";
import type { Hub } from "../core/hub.ts";
import { MJPEG_CONTENT_TYPE, MJPEG_FILLER, MjpegViewer } from "../core/mjpeg-viewer.ts";
import { type HttpReply, type HttpStream, refusalReply, textReply } from "./reply.ts";

const PICTURE_HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Who has been let in, and where. */
export interface PictureRequest {
  readonly room: string;
  readonly grant: Grant;
  readonly now: number;
}

/** `/snapshot.jpg?room=`: the last whole picture, 404 while there is none. */
export function snapshot(hub: Hub, { room: name, grant }: PictureRequest): HttpReply {
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
