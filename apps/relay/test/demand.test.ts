import { encodeControl, parseToProducerMessage } from "@screen-share/protocol";
import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import { describe, expect, it } from "vitest";
import type { Hub } from "../src/core/hub.ts";
import { snapshot } from "../src/http/pictures.ts";
import {
  FakeProducer,
  FakeViewer,
  liveRoom as liveRoomOf,
  newHub,
  picturePair,
  pictureRequest,
  plainProducer,
  plainViewer,
  wholeJpeg,
} from "./participants.ts";

const pair = picturePair();
const { second } = pair;
const liveRoom = () => liveRoomOf(pair);

/** The demand that the producer was sent: viewers, and how many of them are watching. */
function demands({ peer }: FakeProducer): [number, number][] {
  return peer.text.flatMap((text) => {
    const message = parseToProducerMessage(text);
    return message?.type === "demand" ? [[message.viewers, message.watching]] : [];
  });
}

const look = (viewer: FakeViewer, visible: boolean) =>
  viewer.session.receive(encodeControl({ type: "visibility", visible }), 0);

describe("demand (P-27)", () => {
  it("is sent right after the welcome", () => {
    const hub = newHub();
    new FakeViewer(hub);
    const producer = new FakeProducer(hub);
    expect(producer.peer.text.map((text) => JSON.parse(text).type)).toEqual(["welcome", "demand"]);
    expect(demands(producer)).toEqual([[1, 1]]);
  });

  it("is sent at once when the first viewer joins or the last leaves, and otherwise once per second", () => {
    const { hub, producer } = liveRoom();
    const tick = () => producer.session.tick(0);
    const viewer = new FakeViewer(hub);
    const plain = plainViewer(hub);
    expect(demands(producer)).toEqual([
      [0, 0],
      [1, 1],
    ]);
    tick();
    tick();
    expect(demands(producer).slice(2)).toEqual([[2, 2]]);
    viewer.session.ended(0);
    plain.session.ended(0);
    expect(demands(producer).slice(3)).toEqual([[0, 0]]);
  });

  it("is zero while all pages are hidden, and returns with the first visible one", () => {
    const { hub, producer } = liveRoom();
    const [a, b] = [new FakeViewer(hub), new FakeViewer(hub)];
    producer.session.tick(0);
    look(a, false);
    look(b, false);
    expect(demands(producer).at(-1)).toEqual([2, 0]);
    look(b, true);
    expect(demands(producer).at(-1)).toEqual([2, 1]);
  });

  it("is sent a few times at once, then once per tick, if a client keeps joining and leaving", () => {
    const { hub, producer } = liveRoom();
    const before = demands(producer).length;
    for (let i = 0; i < 1000; i++) new FakeViewer(hub).session.ended(0);
    const stays = new FakeViewer(hub);
    const burst = demands(producer).length - before;
    expect(burst).toBeLessThan(20);
    for (let i = 0; i < 10; i++) {
      for (let n = 0; n < 100; n++) new FakeViewer(hub).session.ended(0);
      producer.session.tick(0);
    }
    expect(demands(producer).length - before - burst).toBeLessThan(12);
    expect(demands(producer).at(-1)).toEqual([1, 1]);
    stays.session.ended(0);
    producer.session.tick(0);
    expect(demands(producer).at(-1)).toEqual([0, 0]);
  });

  it("is sent later to a producer whose socket is behind", () => {
    const { hub, producer } = liveRoom();
    producer.peer.outcome = "dropped";
    new FakeViewer(hub);
    expect(demands(producer)).toEqual([[0, 0]]);
    producer.peer.outcome = "sent";
    producer.session.drained(0);
    expect(demands(producer).at(-1)).toEqual([1, 1]);
  });
});

describe("a snapshot of a room without viewers (P-64)", () => {
  const asked = (hub: Hub, now: number) =>
    snapshot(hub, pictureRequest({ time: new FakeTime(now) }));
  const state = async (reply: Promise<unknown>) => {
    const later = new Promise<string>((resolve) => setImmediate(() => resolve("waiting")));
    return await Promise.race([reply.then(() => "answered"), later]);
  };

  it("wakes the agent, and waits for a complete picture that is newer than the request", async () => {
    const { hub, producer } = liveRoom();
    const reply = asked(hub, 5000);
    expect(demands(producer).at(-1)).toEqual([1, 1]);
    producer.update(second.slice(0, 1), { now: 5005, capturedAt: 4999 });
    expect(await state(reply)).toBe("waiting");
    producer.update(second.slice(0, 1), { now: 5010, capturedAt: 5008, cut: true });
    expect(await state(reply)).toBe("waiting");
    producer.update(second.slice(1), { now: 5020, capturedAt: 5008 });
    expect((await reply).status).toBe(200);
    expect(demands(producer).at(-1)).toEqual([0, 0]);
    expect(hub.find("main")?.viewerCount).toBe(0);
  });

  it("also waits if another client has just begun to watch or wait", async () => {
    const { hub, producer } = liveRoom();
    const etag = (await asked(hub, 100)).headers.ETag ?? "";
    const first = asked(hub, 5000);
    const time = new FakeTime(5001);
    const headers = { "if-none-match": etag };
    const second = snapshot(hub, pictureRequest({ time, headers }));
    expect(await state(second)).toBe("waiting");
    new FakeViewer(hub);
    const third = asked(hub, 5002);
    expect(await state(third)).toBe("waiting");
    producer.update(pair.second, { now: 5020, capturedAt: 5010 });
    for (const reply of [first, second, third]) {
      const { status, headers } = await reply;
      expect([status, headers.ETag === etag]).toEqual([200, false]);
    }
  });

  it("returns the last picture if no newer one arrives in time, or the agent disconnects", async () => {
    const { hub, producer } = liveRoom();
    const late = asked(hub, 5000);
    hub.tick(6000, 0);
    hub.tick(7000, 0);
    expect((await late).status).toBe(200);
    const gone = asked(hub, 8000);
    producer.session.ended(8010);
    expect(await gone).toMatchObject({ status: 200, headers: { "X-Producer-State": "offline" } });
  });

  it("does not wait if there are viewers, the picture is fresh, or a plain producer sends anyway", async () => {
    const { hub, producer } = liveRoom();
    expect(await state(asked(hub, 100))).toBe("answered");
    new FakeViewer(hub);
    producer.update([], { now: 4000, capturedAt: 3990 });
    expect(await state(asked(hub, 5000))).toBe("answered");
    const { hub: plain, session } = plainProducer();
    session.receive(wholeJpeg(1), 0);
    expect(await state(asked(plain, 5000))).toBe("answered");
  });
});
