import { encodeControl } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import type { Hub } from "../src/core/hub.ts";
import {
  FakeProducer,
  FakeViewer,
  FakeWork,
  liveRoom as liveRoomOf,
  newHub,
  picturePair,
  plainViewer,
} from "./participants.ts";

const pair = picturePair();
const { first, second } = pair;
const liveRoom = (hub?: Hub) => liveRoomOf(pair, hub);
const ping = { type: "ping", sentAt: 1 } as const;

describe("control messages (P-89)", () => {
  it("of a viewer are limited to 60 at once and 10 per second; more close only this viewer (4429)", () => {
    const { hub } = liveRoom();
    const [viewer, other] = [new FakeViewer(hub), new FakeViewer(hub)];
    const say = (now: number) => viewer.session.receive(encodeControl(ping), now);
    // Its hello counts, too.
    for (let i = 1; i < 60; i++) say(0);
    for (let i = 0; i < 10; i++) say(1000);
    expect(viewer.peer.closed).toBeUndefined();
    expect(viewer.peer.control("pong")).toHaveLength(69);
    say(1000);
    expect(viewer.peer.closed?.code).toBe(4429);
    expect(viewer.peer.control("pong")).toHaveLength(69);
    expect(other.peer.closed).toBeUndefined();
    expect(hub.find("main")?.viewerCount).toBe(1);
  });

  it("of a viewer do not include its acks", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    for (let i = 0; i < 200; i++) {
      viewer.ack();
      producer.update(second);
    }
    expect(viewer.peer.closed).toBeUndefined();
    expect(viewer.peer.updates).toHaveLength(201);
  });

  it("of a producer are limited to 120 at once and 20 per second; more close it (4429) and free its place", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    // Its hello and its description count, too.
    for (let i = 2; i < 120; i++) producer.say(ping);
    for (let i = 0; i < 20; i++) producer.say(ping, 1000);
    expect(producer.peer.closed).toBeUndefined();
    producer.say(ping, 1000);
    expect(producer.peer.closed?.code).toBe(4429);
    expect(viewer.peer.control("producer").at(-1)).toMatchObject({ state: "offline" });
  });
});

describe("a room whose picture takes more than half of the relay's time (P-89)", () => {
  function busyRoom() {
    const work = new FakeWork();
    const { hub, producer } = liveRoom(newHub({ newWork: () => work }));
    return { hub, producer, work };
  }

  it("withholds acks from its producer for a while", () => {
    const { producer, work } = busyRoom();
    work.costMs = 400;
    for (let i = 0; i < 6; i++) producer.update(second);
    const { acked } = producer;
    expect(acked).toBeLessThan(7);
    producer.session.tick(0);
    expect(producer.acked).toBe(acked);
    work.pass(2000);
    producer.session.tick(0);
    expect(producer.acked).toBe(7);
    expect(producer.peer.closed).toBeUndefined();
  });

  it("still shows its pictures: only acks wait", () => {
    const { hub, producer, work } = busyRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    work.costMs = 3000;
    producer.update(second);
    expect(producer.acked).toBe(1);
    expect(viewer.peer.updates).toHaveLength(2);
  });

  it("closes a producer that does not wait for acks (4429), and the next one until the debt is paid", () => {
    const { hub, producer, work } = busyRoom();
    work.costMs = 400;
    let sent = 0;
    for (; !producer.peer.closed && sent < 100; sent++) producer.update(second);
    expect(producer.peer.closed?.code).toBe(4429);
    // A burst of one second, one second over it, and half of the time that has passed.
    expect(sent).toBeGreaterThan(5);
    expect(sent).toBeLessThan(15);
    expect(hub.find("main")?.status.state).toBe("offline");

    const again = () => {
      const next = new FakeProducer(hub);
      next.describe(pair.stream);
      next.update(first, { keyframe: true });
      return next.peer.closed?.code;
    };
    expect(again()).toBe(4429);
    work.pass(3000);
    expect(again()).toBeUndefined();
  });

  it("also counts whole JPEGs, whatever client requests them", () => {
    const { hub, producer, work } = busyRoom();
    work.costMs = 3000;
    plainViewer(hub);
    producer.update(second);
    expect(producer.acked).toBe(1);
    producer.update(second);
    expect(producer.peer.closed?.code).toBe(4429);
  });

  it("never closes a producer that waits for each ack, however slow the relay is", () => {
    const { producer, work } = busyRoom();
    for (let sent = 2; sent < 100; sent++) {
      work.costMs = 400;
      producer.update(second);
      for (; producer.acked < sent && !producer.peer.closed; work.pass(1000)) {
        producer.session.tick(0);
      }
    }
    expect(producer.peer.closed).toBeUndefined();
  });
});
