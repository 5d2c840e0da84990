/** Replies to requests for pictures: ETags, headers and pace. */

import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import { describe, expect, it } from "vitest";
import {
  FakeProducer,
  FakeViewer,
  liveRoom as liveRoomOf,
  newHub,
  picturePair,
  pictureRequest,
  plainProducer,
  wholeJpeg,
} from "../../test/participants.ts";
import type { Hub } from "../core/hub.ts";
import { mjpeg, snapshot } from "./pictures.ts";

const pair = picturePair();
const { stream, first, second } = pair;

/** A room with a viewer, so that a snapshot is current. */
function liveRoom(hub = newHub()) {
  const { producer } = liveRoomOf(pair, hub);
  new FakeViewer(hub);
  producer.update([]);
  return { hub, producer };
}

const ask = (hub: Hub, headers: Record<string, string> = {}, time = new FakeTime()) =>
  snapshot(hub, pictureRequest({ headers, time }));
const etagOf = async (hub: Hub) => (await ask(hub)).headers.ETag ?? "none";

describe("a snapshot's ETag (P-61)", () => {
  it("is strong, and stays the same while the picture does, even if it is repeated", async () => {
    const { hub, producer } = liveRoom();
    const etag = await etagOf(hub);
    expect(etag).toMatch(/^"[\x21\x23-\x7e]+"$/);
    producer.update([]);
    producer.update(first, { keyframe: true });
    expect(await etagOf(hub)).toBe(etag);
    expect((await ask(hub, { "if-none-match": etag })).status).toBe(304);
  });

  it("changes with every picture and every part of one", async () => {
    const { hub, producer } = liveRoom();
    const seen = [await etagOf(hub)];
    producer.update(second.slice(0, 1), { cut: true });
    seen.push(await etagOf(hub));
    producer.update(second.slice(1));
    seen.push(await etagOf(hub));
    const wider = picturePair(400, 20);
    producer.describe(wider.stream);
    producer.update(wider.first, { keyframe: true });
    seen.push(await etagOf(hub));
    expect(new Set(seen).size).toBe(seen.length);
    for (const etag of seen.slice(0, -1)) {
      expect((await ask(hub, { "if-none-match": etag })).status).toBe(200);
    }
  });

  it("is never reused: not after a stop, in a recreated room, or by another relay", async () => {
    const { hub, producer } = liveRoom();
    const seen = [await etagOf(hub)];
    producer.say({ type: "status", state: "stopped" });
    producer.describe(stream);
    producer.update(second, { keyframe: true });
    seen.push(await etagOf(hub));

    const again = newHub({ pictureTtlMs: 0, newRoomId: () => `id${Math.random()}` });
    for (const tiles of [first, second]) {
      const sharing = new FakeProducer(again);
      sharing.describe(stream);
      sharing.update(tiles, { keyframe: true });
      const viewer = new FakeViewer(again);
      seen.push(await etagOf(again));
      viewer.session.ended(0);
      sharing.session.ended(0);
      again.tick(1, 0);
      expect(again.find("main")).toBeUndefined();
    }
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("changes with each of a plain producer's pictures", async () => {
    const { hub, session } = plainProducer();
    session.receive(wholeJpeg(1), 0);
    const etag = await etagOf(hub);
    session.receive(wholeJpeg(2), 0);
    expect(await etagOf(hub)).not.toBe(etag);
  });
});

describe("304 (P-61)", () => {
  it("has the same headers as 200 except for the type, and composes nothing", async () => {
    const { hub } = liveRoom();
    const time = new FakeTime(2500);
    const { headers, ...fresh } = await ask(hub, {}, time);
    const bodyLength = "body" in fresh ? fresh.body.length : 0;
    const room = hub.find("main");
    if (!room) throw new Error("the room is there");
    room.picture.rest();
    room.picture.whole.request = () => {
      throw new Error("a picture was composed");
    };
    const reply = await ask(hub, { "if-none-match": `"x", W/${headers.ETag}` }, time);
    const { "Content-Type": type, ...rest } = headers;
    expect(type).toBe("image/jpeg");
    expect(reply).toEqual({ status: 304, headers: rest, bodyLength });
    expect((await ask(hub, { "if-none-match": "*" }, time)).status).toBe(304);
    await expect(ask(hub, { "if-none-match": '"x"' }, time)).rejects.toThrow("composed");
  });

  it("is never sent for a room without a picture, not even for `*`", async () => {
    const hub = newHub();
    expect((await ask(hub, { "if-none-match": "*" })).status).toBe(404);
  });

  it("is sent for a room without viewers once its agent reports no change (P-64)", async () => {
    const { hub, producer } = liveRoomOf(pair);
    const etag = await etagOf(hub);
    const asked = ask(hub, { "if-none-match": etag }, new FakeTime(5000));
    producer.update([], { now: 5020, capturedAt: 5010 });
    expect((await asked).status).toBe(304);
    const later = ask(hub, { "if-none-match": etag }, new FakeTime(9000));
    producer.update(second, { now: 9020, capturedAt: 9010 });
    expect((await later).status).toBe(200);
  });
});

describe("a snapshot's headers (P-61, P-62)", () => {
  it("report the picture's age and its producer's state", async () => {
    const { hub, producer } = liveRoom();
    const live = { "X-Picture-Age": "2.5", "X-Producer-State": "live" };
    expect((await ask(hub, {}, new FakeTime(2500))).headers).toMatchObject(live);
    producer.session.ended(3000);
    const gone = { "X-Picture-Age": "60.0", "X-Producer-State": "offline" };
    expect((await ask(hub, {}, new FakeTime(60_001))).headers).toMatchObject(gone);
  });

  it("let only the client itself cache it, and require revalidation", async () => {
    const { hub } = liveRoom();
    expect((await ask(hub)).headers["Cache-Control"]).toBe("private, no-cache");
    const reply = mjpeg(hub, pictureRequest());
    expect(reply.headers["Cache-Control"]).toBe("no-store");
  });

  it("request that proxies do not buffer streams (P-62)", () => {
    expect(mjpeg(newHub(), pictureRequest()).headers["X-Accel-Buffering"]).toBe("no");
  });
});

describe("a stream's fps (P-65)", () => {
  const asked = (query: string) => mjpeg(newHub(), pictureRequest({ query }));

  it.each(["", "fps=0.1", "fps=1", "fps=7.5", "fps=29.970029", "fps=60"])("may be %j", (query) => {
    expect(asked(query)).toMatchObject({ status: 200 });
  });

  it.each(["", "0", "0.09", "-1", "60.1", "1e1", "0x10", "NaN", "Infinity", "5 fps", ".5", "5."])(
    "is refused in plain words if it is %j",
    (fps) => {
      const reply = asked(new URLSearchParams({ fps }).toString());
      expect(reply).toMatchObject({ status: 400, body: "fps must be a number from 0.1 to 60.\n" });
    },
  );
});
