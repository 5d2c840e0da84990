import { describe, expect, it } from "vitest";
import { Heartbeat, PATIENT_MS, PING_INTERVAL_MS, SILENT_MS } from "./heartbeat.ts";

describe("Heartbeat", () => {
  it("asks once an interval, and gives up after the whole silence", () => {
    const heartbeat = new Heartbeat(0);
    const due = Array.from({ length: 15 }, (_, s) => heartbeat.tick((s + 1) * 1000));
    expect(due.filter((each) => each === "ping")).toHaveLength(2);
    expect(due.indexOf("ping")).toBe(PING_INTERVAL_MS / 1000 - 1);
    expect(due.indexOf("dead")).toBe(SILENT_MS / 1000 - 1);
  });

  it("lives as long as anything is heard", () => {
    const heartbeat = new Heartbeat(0);
    for (let now = 1000; now < 100_000; now += 1000) {
      if (now % 14_000 === 0) heartbeat.heard(now);
      expect(heartbeat.tick(now)).not.toBe("dead");
    }
  });

  it("holds no silence against a connection that nobody listened to", () => {
    const heartbeat = new Heartbeat(0);
    heartbeat.watched(600_000);
    expect(heartbeat.tick(600_001)).toBe("nothing");
    expect(heartbeat.tick(600_000 + SILENT_MS)).toBe("dead");
  });

  it("still judges in time after the clock was set back", () => {
    const heartbeat = new Heartbeat(1_000_000);
    expect(heartbeat.tick(500_000)).toBe("nothing");
    expect(heartbeat.tick(500_000 + PING_INTERVAL_MS)).toBe("ping");
    expect(heartbeat.tick(500_000 + SILENT_MS)).toBe("dead");
  });

  it.each([-3_600_000, -5000, 5000, 10_000])(
    "pings at once when the clock was set by %i ms",
    (step) => {
      const heartbeat = new Heartbeat(10_000_000);
      expect(heartbeat.tick(10_001_000)).toBe("nothing");
      heartbeat.heard(10_001_500);
      expect(heartbeat.tick(10_002_000 + step)).toBe("ping");
      expect(heartbeat.tick(10_003_000 + step)).toBe("nothing");
    },
  );

  it("waits for a whole picture, and knows from it how slow the link is", () => {
    const heartbeat = new Heartbeat(0);
    heartbeat.heard(1000);
    heartbeat.pictureDue(1000);
    expect(heartbeat.tick(1000 + PATIENT_MS - 1)).not.toBe("dead");
    expect(heartbeat.tick(1000 + PATIENT_MS)).toBe("dead");
    const tookMs = 10_000;
    heartbeat.heard(1000 + tookMs);
    heartbeat.updated(1000 + tookMs);
    const limit = 1000 + tookMs + SILENT_MS + 2 * tookMs;
    expect(heartbeat.tick(limit - 1)).not.toBe("dead");
    expect(heartbeat.tick(limit)).toBe("dead");
  });

  it("is no more patient than ever on a fast link", () => {
    const heartbeat = new Heartbeat(0);
    heartbeat.pictureDue(0);
    heartbeat.heard(5);
    heartbeat.updated(5);
    heartbeat.updated(9000);
    expect(heartbeat.tick(5 + SILENT_MS - 1)).not.toBe("dead");
    expect(heartbeat.tick(5 + SILENT_MS + 10)).toBe("dead");
  });
});
