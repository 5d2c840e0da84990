import { ClockOffset, decodeUpdate, type StreamDescription } from "@screen-share/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { type PublishedPicture, PublishSession } from "./session.ts";

const stream: StreamDescription = { codec: "jpeg", width: 640, height: 480, tables: [] };
const tile = { index: 0, table: 0, bytes: Uint8Array.of(1, 2, 3) };

function picture(changes: Partial<PublishedPicture> = {}): PublishedPicture {
  const times = { capturedAt: 5000, encodedAt: 5010 };
  const whole = { keyframe: true, cut: false, tiles: [tile] };
  return { stream, subject: "monitor 1", ...whole, ...times, ...changes };
}

let accepts: boolean;
let sent: (string | Uint8Array)[];
let session: PublishSession;
beforeEach(() => {
  accepts = true;
  sent = [];
  session = new PublishSession(new ClockOffset(), (message) => {
    if (accepts) sent.push(message);
    return accepts;
  });
});

function publish(changes: Partial<PublishedPicture> = {}) {
  sent = [];
  session.publish(picture(changes), 5010);
  const update = sent.find((message) => typeof message !== "string");
  const described = sent.find((message) => typeof message === "string");
  return {
    described: described === undefined ? undefined : JSON.parse(described),
    update: decodeUpdate(update ?? new Uint8Array(0)),
  };
}

describe("PublishSession", () => {
  it("begins with epoch 1 and the whole picture", () => {
    expect(session.needsWhole(stream, "monitor 1")).toBe(true);
    const { described, update } = publish();
    expect(described).toEqual({ type: "stream", epoch: 1, stream });
    expect(update).toMatchObject({ keyframe: true, epoch: 1, relayedAt: 0 });
    expect(session.needsWhole(stream, "monitor 1")).toBe(false);
  });

  it.each([
    ["size", { stream: { ...stream, width: 641 } }],
    ["subject", { subject: "monitor 2" }],
  ])("begins an epoch when the %s changes", (_, changes) => {
    publish();
    const next = picture(changes);
    expect(session.needsWhole(next.stream, next.subject)).toBe(true);
    expect(publish(changes).described).toMatchObject({ epoch: 2 });
    expect(publish(changes).described).toBeUndefined();
  });

  it("changes nothing if the socket accepts nothing", () => {
    accepts = false;
    expect(session.publish(picture(), 5010)).toBeUndefined();
    expect(session.sender.sentCount).toBe(0);
    expect(session.needsWhole(stream, "monitor 1")).toBe(true);
    accepts = true;
    expect(publish().described).toMatchObject({ epoch: 1 });
  });

  it("counts repeated refreshes once, and describes the stream again (P-34)", () => {
    publish();
    session.refresh();
    session.refresh();
    expect(session.needsWhole(stream, "monitor 1")).toBe(true);
    expect(publish().described).toMatchObject({ type: "stream", epoch: 2 });
    expect(session.needsWhole(stream, "monitor 1")).toBe(false);
  });

  it("sends times on the relay's clock, and 0 while that is unknown", () => {
    expect(publish().update).toMatchObject({ capturedAt: 0, encodedAt: 0 });
    session.clock.add({ sentAt: 1000, remoteAt: 9010, receivedAt: 1020 });
    expect(publish().update).toMatchObject({ capturedAt: 13000, encodedAt: 13010 });
  });

  it("has an update due at once when a viewer joins", () => {
    publish();
    expect(session.sender.currentDue(5011, 100)).toBe(false);
    session.sender.wake();
    expect(session.sender.currentDue(5011, 100)).toBe(true);
    publish();
    expect(session.sender.currentDue(5011, 100)).toBe(false);
  });

  it("has an update due every two seconds even if nothing changes, early rather than late", () => {
    publish();
    expect(session.sender.currentDue(5010 + 1899, 100)).toBe(false);
    expect(session.sender.currentDue(5010 + 1900, 100)).toBe(true);
  });
});
