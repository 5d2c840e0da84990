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
  it("of a viewer are 60 at once and 10 a second; more closes it with 4429, and nobody else", () => {
    const { hub } = liveRoom();
    const [viewer, other] = [new FakeViewer(hub), new FakeViewer(hub)];
    const say = (now: number) => viewer.session.receive(encodeControl(ping), now);
    // Its hello was the first.
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

  it("of a viewer are not its acks, of which each picture has one", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    for (let i = 0; i < 200; i++) {
      viewer.ack();
      producer.update(second);
    }
    expect(viewer.peer.closed).toBeUndefined();
    expect(viewer.peer.updates).toHaveLength(201);
  });

  it("of a producer are 120 at once and 20 a second; more closes it with 4429, its place is free", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    // Its hello and its description were the first two.
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

  it("its producer waits for acks, and has them in the end", () => {
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

  it("shows its pictures meanwhile: only acks wait", () => {
    const { hub, producer, work } = busyRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    work.costMs = 3000;
    producer.update(second);
    expect(producer.acked).toBe(1);
    expect(viewer.peer.updates).toHaveLength(2);
  });

  it("its producer is closed with 4429 if it does not wait, and the next one too until the debt is paid", () => {
    const { hub, producer, work } = busyRoom();
    work.costMs = 400;
    let sent = 0;
    for (; !producer.peer.closed && sent < 100; sent++) producer.update(second);
    expect(producer.peer.closed?.code).toBe(4429);
    // A second that it may take at once, one that is forgiven, and half of the time that has passed.
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

  it("counts whole JPEGs too, whoever asks for them", () => {
    const { hub, producer, work } = busyRoom();
    work.costMs = 3000;
    plainViewer(hub);
    producer.update(second);
    expect(producer.acked).toBe(1);
    producer.update(second);
    expect(producer.peer.closed?.code).toBe(4429);
  });

  it("one that waits for each ack is never closed, however slow the relay is", () => {
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
