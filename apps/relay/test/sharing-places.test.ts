/** Which clients get the places of a room and of a relay, and which give one up. */
import { describe, expect, it } from "vitest";
import { MAX_PLAIN_PER_HOLDER } from "../src/core/audience.ts";
import { mjpeg } from "../src/http/pictures.ts";
import { FakePeer } from "./fake-peer.ts";
import {
  admitWith,
  FakeViewer,
  liveRoom,
  mjpegViewer,
  newHub,
  picturePair,
  pictureRequest,
  plainViewer,
} from "./participants.ts";

function viewers(hub: ReturnType<typeof newHub>, holder: string, count: number, room = "main") {
  return Array.from({ length: count }, () => new FakeViewer(hub, room, admitWith({ holder })));
}
const codes = (all: readonly FakeViewer[]) => all.map(({ peer }) => peer.closed?.code);

describe("a full room (P-57)", () => {
  it("refuses no client while a place is free, even if one link holds nearly all", () => {
    const hub = newHub({ maxViewers: 5 });
    expect(codes(viewers(hub, "one", 5))).toEqual(new Array(5).fill(undefined));
  });

  it("gives a newcomer the newest place of the holder with the most", () => {
    const hub = newHub({ maxViewers: 4 });
    const [flood, other, newcomer] = [
      viewers(hub, "one", 3),
      viewers(hub, "two", 1),
      viewers(hub, "three", 1),
    ];
    expect(codes([...flood, ...other, ...newcomer])).toEqual([
      undefined,
      undefined,
      4429,
      undefined,
      undefined,
    ]);
    expect(flood[2]?.peer.closed?.reason).toMatch(/^the room is full/);
    expect(hub.find("main")?.viewerCount).toBe(4);
  });

  it("refuses the holder with the most, and everybody if each holds one", () => {
    const hub = newHub({ maxViewers: 2 });
    const flood = viewers(hub, "one", 3);
    expect(codes(flood)).toEqual([undefined, undefined, 4429]);
    const two = viewers(hub, "two", 1);
    const three = viewers(hub, "three", 1);
    expect(codes([...flood, ...two, ...three])).toEqual([undefined, 4429, 4429, undefined, 4429]);
  });

  it("takes places from streams and plain viewers like from any other", () => {
    const hub = newHub({ maxViewers: 2 });
    const peer = new FakePeer();
    plainViewer(hub, peer, "main", { holder: "one" });
    const { sink } = mjpegViewer(hub, { holder: "one" });
    const [newcomer] = viewers(hub, "two", 1);
    expect([peer.closed, sink.ended, newcomer?.peer.closed]).toEqual([undefined, true, undefined]);
  });

  it("reports the new number of viewers to the others", () => {
    const hub = newHub({ maxViewers: 2 });
    const [first] = viewers(hub, "one", 2);
    viewers(hub, "two", 1);
    hub.tick(1000, 0);
    expect(first?.peer.control("viewers").at(-1)).toMatchObject({ count: 2 });
  });
});

describe("a full relay (P-57)", () => {
  it("gives a newcomer in one room the newest place of a link in another", () => {
    const hub = newHub({ maxPlaces: 3 });
    const flood = viewers(hub, "one", 3, "one");
    const [newcomer] = viewers(hub, "two", 1, "two");
    expect(codes(flood)).toEqual([undefined, undefined, 4429]);
    expect(newcomer?.peer.closed).toBeUndefined();
  });

  it("sends that reason to a client for which it has no place", () => {
    const hub = newHub({ maxPlaces: 1 });
    viewers(hub, "one", 1, "one");
    const [refused] = viewers(hub, "two", 1, "two");
    expect(refused?.peer.closed?.reason).toMatch(/^the relay is full/);
  });

  it("has all places free once everybody has left", () => {
    const hub = newHub({ maxPlaces: 2 });
    for (let round = 0; round < 3; round++) {
      const all = viewers(hub, "one", 2, `room-${round}`);
      expect(codes(all)).toEqual([undefined, undefined]);
      for (const { session } of all) session.ended(0);
    }
  });
});

describe("streams and plain viewers of one link at one address (P-58)", () => {
  it("are limited to 32 in a room, without affecting others", () => {
    const { hub } = liveRoom(picturePair(), newHub({ maxViewers: 1000 }));
    const held = Array.from({ length: MAX_PLAIN_PER_HOLDER / 2 }, () => {
      mjpegViewer(hub, { holder: "one" });
      return plainViewer(hub, new FakePeer(), "main", { holder: "one" });
    });
    const { peer } = plainViewer(hub, new FakePeer(), "main", { holder: "one" });
    expect(peer.closed?.code).toBe(4429);
    expect(mjpeg(hub, pictureRequest({ granted: { holder: "one" } })).status).toBe(503);
    expect(mjpeg(hub, pictureRequest({ granted: { holder: "two" } })).status).toBe(200);
    expect(viewers(hub, "one", 1)[0]?.peer.closed).toBeUndefined();
    held[0]?.session.ended(0);
    expect(mjpeg(hub, pictureRequest({ granted: { holder: "one" } })).status).toBe(200);
  });
});
