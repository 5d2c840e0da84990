/** What an MJPEG stream is sent and when (at its client's pace, always ending with the newest picture), and how it ends. */
import { closingError } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { contents, watched } from "../../test/mjpeg-stream.ts";
import { liveRoom, mjpegViewer, newHub } from "../../test/participants.ts";
import { MAX_SILENCE_MS, MAX_STALL_MS, REPEATS_MS } from "./mjpeg-viewer.ts";

const [SOON_MS] = REPEATS_MS;

describe("a stream with a cap (P-65)", () => {
  it("receives the first picture at once, and the newest when the interval has passed", () => {
    const { sink, time, show, shown } = watched(5);
    expect(contents(sink)).toEqual([shown]);
    time.advance(100);
    show(1);
    time.advance(50);
    const newest = show(2);
    time.advance(49);
    expect(contents(sink)).toEqual([shown]);
    time.advance(1);
    expect(contents(sink)).toEqual([shown, newest]);
  });

  it("receives the last change even if nothing follows it", () => {
    const { sink, time, show, shown } = watched(0.5);
    const last = show(1);
    time.advance(1999);
    expect(contents(sink)).toEqual([shown]);
    time.advance(1);
    expect(contents(sink)).toEqual([shown, last]);
  });

  it("receives a picture at once if the interval has passed", () => {
    const { sink, time, show, shown } = watched(20);
    time.advance(60);
    const next = show(1);
    expect(contents(sink)).toEqual([shown, next]);
  });

  it("never receives more pictures per second than allowed, repeats included", () => {
    const { sink, time, show } = watched(2);
    for (let i = 1; i <= 100; i++) {
      show(i % 7);
      time.advance(100);
    }
    time.advance(2000);
    expect(contents(sink).length).toBeGreaterThanOrEqual(20);
    expect(contents(sink).length).toBeLessThanOrEqual(1 + 12 * 2);
  });

  it("receives every picture if it has no cap", () => {
    const { sink, time, show, shown } = watched();
    const all = [1, 2, 3, 4, 5].map((seed) => {
      time.advance(1);
      return show(seed);
    });
    expect(contents(sink)).toEqual([shown, ...all]);
  });

  it("also waits for a slow socket, and then receives the newest picture", () => {
    const { sink, viewer, time, show, shown } = watched(5);
    sink.writable = false;
    time.advance(200);
    const taken = show(1);
    expect(contents(sink)).toEqual([shown, taken]);
    show(2);
    time.advance(10_000);
    const newest = show(3);
    expect(contents(sink)).toEqual([shown, taken]);
    sink.writable = true;
    viewer.drained();
    expect(contents(sink)).toEqual([shown, taken, newest]);
  });
});

describe("an unchanged picture (P-66)", () => {
  it("is repeated soon, a second later, and then at intervals", () => {
    const { sink, time, shown } = watched();
    for (const [i, wait] of [...REPEATS_MS, MAX_SILENCE_MS].entries()) {
      time.advance(wait - 1);
      expect(contents(sink)).toEqual(new Array(i + 1).fill(shown));
      time.advance(1);
      expect(contents(sink)).toEqual(new Array(i + 2).fill(shown));
    }
  });

  it("is repeated just as soon after it has changed", () => {
    const { sink, time, show, shown } = watched();
    time.advance(SOON_MS + 10);
    const next = show(1);
    time.advance(SOON_MS);
    expect(contents(sink)).toEqual([shown, shown, next, next]);
  });

  it("is not repeated while new pictures follow", () => {
    const { sink, time, show, shown } = watched();
    const all = [shown];
    for (let i = 1; i <= 20; i++) {
      time.advance(SOON_MS - 50);
      all.push(show(i));
    }
    expect(contents(sink)).toEqual(all);
  });

  it("has no longer silence, whatever the cap, and also in a room without a picture", () => {
    const { sink, time, shown } = watched(0.1);
    time.advance(MAX_SILENCE_MS);
    expect(contents(sink)).toEqual([shown, "filler"]);
    time.advance(MAX_SILENCE_MS);
    expect(contents(sink)).toEqual([shown, "filler", shown]);
    const empty = mjpegViewer(newHub());
    empty.time.advance(2 * MAX_SILENCE_MS);
    expect(contents(empty.sink)).toEqual(["filler", "filler"]);
  });

  it("is not repeated to a socket that is behind", () => {
    const { sink, viewer, time, show, shown } = watched();
    sink.writable = false;
    const next = show(1);
    time.advance(3 * MAX_SILENCE_MS);
    expect(contents(sink)).toEqual([shown, next]);
    sink.writable = true;
    viewer.drained();
    expect(contents(sink)).toEqual([shown, next, next]);
  });
});

describe("the end of a stream", () => {
  it("leaves no timer behind, however it ends", () => {
    const gone = watched(1);
    gone.show(1);
    gone.viewer.ended();
    const dismissed = watched(1);
    dismissed.show(1);
    dismissed.viewer.dismiss(closingError("expired"));
    for (const { sink, viewer, time, hub, show } of [gone, dismissed]) {
      expect(time.pendingCount).toBe(0);
      const before = sink.written.length;
      viewer.drained();
      show(2);
      time.advance(60_000);
      expect(sink.written).toHaveLength(before);
      expect(time.pendingCount).toBe(0);
      expect(hub.find("main")?.viewerCount).toBe(0);
    }
    expect([gone.sink.ended, dismissed.sink.ended]).toEqual([false, true]);
  });

  it("is logged with the room, the name, the amount sent, the duration and the reason", () => {
    const { hub } = liveRoom();
    const { sink, viewer, time } = mjpegViewer(hub, { name: "obs" });
    time.advance(3000);
    const bytes = sink.written.slice(1).reduce((sum, { length }) => sum + length, 0);
    const told = { kind: "mjpeg viewer", room: "main", name: "obs", frames: 3, bytes, seconds: 3 };
    expect(viewer.summary).toEqual(told);
    viewer.dismiss(closingError("expired"));
    expect(viewer.summary).toEqual({ ...told, code: 4401, reason: "the token has expired" });
  });
});

describe("a client that reads slowly or not at all (P-67)", () => {
  it("has three minutes to read anything, and is then disconnected, with a reason in the log", () => {
    const { hub, sink, show, viewer, time } = watched();
    sink.writable = false;
    show(1);
    time.advance(MAX_STALL_MS - 1);
    expect(sink.ended).toBe(false);
    sink.writable = true;
    viewer.drained();
    sink.writable = false;
    show(2);
    time.advance(MAX_STALL_MS - 1);
    expect(sink.ended).toBe(false);
    time.advance(1);
    expect(sink.ended).toBe(true);
    expect(viewer.summary).toMatchObject({ code: 4408, reason: "it reads nothing any more" });
    expect(hub.find("main")?.viewerCount).toBe(0);
    expect(time.pendingCount).toBe(0);
  });
});
