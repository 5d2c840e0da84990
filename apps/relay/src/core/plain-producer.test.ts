import { describe, expect, it } from "vitest";
import { FakePeer } from "../../test/fake-peer.ts";
import {
  FakeViewer,
  FakeWork,
  mjpegViewer,
  newHub,
  pictureRequest,
  plainProducer,
  plainViewer,
  wholeJpeg,
} from "../../test/participants.ts";
import { snapshot } from "../http/pictures.ts";

const base64 = Buffer.from(wholeJpeg(1)).toString("base64");

describe("what a plain producer sends (P-51)", () => {
  it.each([
    ["Base64 text", base64],
    ["a data: URL", `data:image/jpeg;base64,${base64}`],
    ["JSON around it", JSON.stringify({ image: base64.padEnd(2000, "A") })],
    ["a short picture with a line break in front", "\n/9j/4AAQ"],
  ])("closes the connection with a clear reason if it is a picture as text: %s", (_, text) => {
    const { peer, session } = plainProducer();
    session.receive(text, 0);
    expect(peer.closed).toEqual({
      code: 4400,
      reason: "frames must be binary messages, each the bytes of one JPEG, not text",
    });
  });

  it("closes the connection with a clear reason if it is Base64 in a binary message", () => {
    const { peer, session } = plainProducer();
    session.receive(Buffer.from(base64), 0);
    expect(peer.closed?.code).toBe(4400);
    expect(peer.closed?.reason).toContain("Base64 text");
  });

  it.each(["ping", "", "producer", "x".repeat(1024)])("is ignored if it is text: %.10s", (text) => {
    const { peer, session } = plainProducer();
    session.receive(text, 0);
    expect(peer.closed).toBeUndefined();
  });

  it("reaches all viewers repaired: without leading line breaks, and with its EOI (P-53)", () => {
    const { hub, peer, session } = plainProducer();
    const jpeg = Buffer.from(wholeJpeg(1));
    session.receive(Buffer.concat([Buffer.from("\r\n"), jpeg.subarray(0, -2)]), 0);
    expect(peer.closed).toBeUndefined();
    const viewer = new FakePeer();
    plainViewer(hub, viewer);
    expect(viewer.binary.map((bytes) => Buffer.from(bytes))).toEqual([jpeg]);
    const v1 = new FakeViewer(hub);
    v1.settle();
    expect(v1.replica.shown?.since(0).map(({ bytes }) => Buffer.from(bytes))).toEqual([jpeg]);
  });
});

describe("a plain producer's JPEG with an EXIF rotation (P-24)", () => {
  const exif = Buffer.from(
    "457869660000" + "4d4d002a00000008" + "0001" + "0112000300000001" + "00060000" + "00000000",
    "hex",
  );
  const head = Buffer.of(0xff, 0xe1, 0, exif.length + 2);
  const jpeg = Buffer.from(wholeJpeg(1));
  const rotated = Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);

  it("reaches plain viewers unchanged (P-53), and snapshots and streams without the rotation", async () => {
    const { hub, session } = plainProducer();
    session.receive(rotated, 0);
    const viewer = new FakePeer();
    plainViewer(hub, viewer);
    expect(viewer.binary.map((bytes) => Buffer.from(bytes))).toEqual([rotated]);
    const reply = await snapshot(hub, pictureRequest());
    const body = "body" in reply ? Buffer.from(reply.body) : undefined;
    expect(body?.length).toBe(rotated.length);
    expect(body?.equals(rotated)).toBe(false);
    const at = rotated.indexOf("00060000", "hex");
    expect(body?.subarray(at, at + 4)).toEqual(Buffer.from("00010000", "hex"));
    const { sink } = mjpegViewer(hub);
    expect(Buffer.concat(sink.written).includes(body ?? "nothing")).toBe(true);
  });
});

describe("a plain producer whose pictures cost the relay much time (P-89)", () => {
  function room() {
    const work = new FakeWork();
    const hub = newHub({ newWork: () => work });
    const producer = plainProducer(hub);
    work.costMs = 1500;
    producer.session.receive(wholeJpeg(1), 0);
    work.costMs = 0;
    const shown = () =>
      Buffer.from(hub.find("main")?.picture.shown?.store.since(0)[0]?.bytes ?? []);
    return { work, shown, ...producer };
  }

  it("has the time of each picture counted for its room", () => {
    expect(room().work.debtMs).toBe(500);
  });

  it("has only its newest picture shown once its room is within its share again", () => {
    const { work, session, shown, peer } = room();
    for (const seed of [2, 3, 4]) session.receive(wholeJpeg(seed), 0);
    session.tick(0);
    expect(shown()).toEqual(Buffer.from(wholeJpeg(1)));
    work.pass(1001);
    session.tick(0);
    expect(shown()).toEqual(Buffer.from(wholeJpeg(4)));
    expect(peer.closed).toBeUndefined();
  });

  it("never shows a kept frame after a newer one", () => {
    const { work, session, shown } = room();
    session.receive(wholeJpeg(2), 0);
    work.pass(1001);
    session.receive(wholeJpeg(3), 0);
    session.tick(0);
    expect(shown()).toEqual(Buffer.from(wholeJpeg(3)));
  });

  it("has the kept frame counted as memory until it leaves", () => {
    const { hub, session } = room();
    const before = hub.pictureBytes;
    const frame = wholeJpeg(2);
    session.receive(frame, 0);
    session.receive(frame, 0);
    expect(hub.pictureBytes).toBe(before + frame.length);
    session.ended(0);
    expect(hub.pictureBytes).toBe(before);
  });
});
