/** Pictures over HTTP, for whatever shows images: one JPEG, or an endless stream of them. */
import { DEFAULT_ROOM, ProtocolError, ROOM_NAME } from "@screen-share/protocol";
import type { Hub } from "../core/hub.ts";
import { MJPEG_CONTENT_TYPE, MJPEG_FILLER, MjpegViewer } from "../core/mjpeg-viewer.ts";
import { type HttpReply, type HttpRequest, type HttpStream, textReply } from "./reply.ts";

const PICTURE_HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** `/snapshot.jpg?room=`: the last whole picture, 404 while there is none. */
export function snapshot(hub: Hub, request: HttpRequest): HttpReply {
  const name = roomOf(request);
  if (name === undefined) return badRoom();
  const room = hub.find(name);
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
}

/** `/stream.mjpeg?room=`: every picture that the client can take, as long as it likes. */
export function mjpeg(hub: Hub, request: HttpRequest, now: number): HttpReply | HttpStream {
  const name = roomOf(request);
  if (name === undefined) return badRoom();
  try {
    const room = hub.enter(name, now);
    room.checkPlace();
    return {
      status: 200,
      headers: { ...PICTURE_HEADERS, "Content-Type": MJPEG_CONTENT_TYPE },
      filler: MJPEG_FILLER,
      begin: (write) => new MjpegViewer(room, write),
    };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return textReply(503, `Not now: ${error.message}.`);
  }
}

function roomOf({ query }: HttpRequest): string | undefined {
  const name = query.get("room") || DEFAULT_ROOM;
  return ROOM_NAME.test(name) ? name : undefined;
}

function badRoom(): HttpReply {
  return textReply(400, "A room's name is 1 to 64 letters, digits, - or _.");
}
