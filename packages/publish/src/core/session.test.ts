import { decodeUpdate, ProtocolError, type StreamDescription } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { type Picture, Session } from "./session.ts";

const stream: StreamDescription = { codec: "jpeg", width: 640, height: 480, tables: [] };
const tile = { index: 0, table: 0, bytes: Uint8Array.of(1, 2, 3) };

function picture(changes: Partial<Picture> = {}): Picture {
  const times = { capturedAt: 5000, encodedAt: 5010 };
  const whole = { keyframe: true, cut: false, tiles: [tile] };
  return { stream, subject: "monitor 1", ...whole, ...times, ...changes };
}

function send(session: Session, changes: Partial<Picture> = {}) {
  const composed = session.compose(picture(changes));
  session.commit(composed, 0);
  const described = composed.stream === undefined ? undefined : JSON.parse(composed.stream);
  return { described, update: decodeUpdate(composed.update) };
}

describe("Session", () => {
  it("begins with epoch 1 and the whole picture", () => {
    const session = new Session();
    expect(session.needsWhole(stream, "monitor 1")).toBe(true);
    const { described, update } = send(session);
    expect(described).toEqual({ type: "stream", epoch: 1, stream });
    expect(update).toMatchObject({ keyframe: true, epoch: 1, relayedAt: 0 });
    expect(session.needsWhole(stream, "monitor 1")).toBe(false);
  });

  it.each([
    ["size", { stream: { ...stream, width: 641 } }],
    ["subject", { subject: "monitor 2" }],
  ])("begins an epoch when the %s changes", (_, changes) => {
    const session = new Session();
    send(session);
    const next = picture(changes);
    expect(session.needsWhole(next.stream, next.subject)).toBe(true);
    expect(send(session, changes).described).toMatchObject({ epoch: 2 });
    expect(send(session, changes).described).toBeUndefined();
  });

  it("changes nothing by composing what is never sent", () => {
    const session = new Session();
    session.compose(picture());
    expect(session.idle).toBe(true);
    expect(session.needsWhole(stream, "monitor 1")).toBe(true);
    expect(send(session).described).toMatchObject({ epoch: 1 });
  });

  it("is idle again once all that was sent was applied", () => {
    const session = new Session();
    send(session);
    expect(session.idle).toBe(false);
    session.acknowledge(1, 0);
    expect(session.idle).toBe(true);
  });

  it("refuses acks ahead of what was sent, and acks taken back", () => {
    const session = new Session();
    expect(() => session.acknowledge(1, 0)).toThrow(ProtocolError);
    send(session);
    session.acknowledge(1, 0);
    session.acknowledge(1, 0);
    expect(() => session.acknowledge(0, 0)).toThrow(ProtocolError);
  });

  it("takes refreshes together, and describes the stream anew (P-34)", () => {
    const session = new Session();
    send(session);
    session.refresh();
    session.refresh();
    expect(session.needsWhole(stream, "monitor 1")).toBe(true);
    expect(send(session).described).toMatchObject({ type: "stream", epoch: 2 });
    expect(session.needsWhole(stream, "monitor 1")).toBe(false);
  });

  it("tells times on the relay's clock, 0 while it is unknown", () => {
    const session = new Session();
    expect(send(session).update).toMatchObject({ capturedAt: 0, encodedAt: 0 });
    session.clock.add({ sentAt: 1000, remoteAt: 9010, receivedAt: 1020 });
    expect(send(session).update).toMatchObject({ capturedAt: 13000, encodedAt: 13010 });
  });

  it("says so at once when somebody watches again", () => {
    const session = new Session();
    send(session);
    expect(session.currentDue(5011, 100)).toBe(false);
    session.wake();
    expect(session.currentDue(5011, 100)).toBe(true);
    send(session);
    expect(session.currentDue(5011, 100)).toBe(false);
  });

  it("says so every two seconds though nothing changes, rather early than late", () => {
    const session = new Session();
    send(session);
    expect(session.currentDue(5010 + 1899, 100)).toBe(false);
    expect(session.currentDue(5010 + 1900, 100)).toBe(true);
  });
});
