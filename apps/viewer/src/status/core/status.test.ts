import { describe, expect, it } from "vitest";
import type { ConnectionState } from "../../player/core/connection-state.ts";
import type { EndingKind } from "../../player/core/ending.ts";
import type { LossKind } from "../../player/core/loss.ts";
import { INITIAL_SNAPSHOT, type Snapshot } from "../../player/core/snapshot.ts";
import { ENDING, LOSS } from "./messages.ts";
import { agedWords, ageWords, captureCommand, statusOf, titleOf } from "./status.ts";

const ONLINE = { online: true };
const picture = { width: 10, height: 10 };
const shown = (connection: ConnectionState, more: Partial<Snapshot> = {}): Snapshot => ({
  ...INITIAL_SNAPSHOT,
  room: "main",
  connection,
  ...more,
});
const status = (connection: ConnectionState, more: Partial<Snapshot> = {}, browser = ONLINE) =>
  statusOf(shown(connection, more), browser);
const away = (
  host: "offline" | "paused" | "stopped" | "unknown",
  viewers = 1,
): ConnectionState => ({
  state: "waiting",
  host,
  viewers,
});
const lost = (kind: LossKind): ConnectionState => ({
  state: "disconnected",
  retryAt: 0,
  loss: { kind, since: 0 },
});
const trying = (kind: LossKind): ConnectionState => ({
  state: "connecting",
  after: { kind, since: 0 },
});
const ended = (kind: EndingKind, reason = ""): ConnectionState => ({
  state: "ended",
  ending: { kind, reason },
});
const LIVE: ConnectionState = { state: "connected", viewers: 2 };

describe("statusOf", () => {
  it("is quiet while the picture is current, and shows the number of viewers", () => {
    expect(status(LIVE, { picture })).toMatchObject({
      tone: "good",
      title: "Live",
      remarks: ["2 watching"],
      actions: [],
    });
    expect(status({ state: "connected", viewers: 1 }, { picture }).remarks).toEqual([
      "only you are watching",
    ]);
  });

  it("reports a live host that sends no pictures, or no new ones", () => {
    expect(status(LIVE)).toMatchObject({ tone: "busy", title: "The host is live" });
    expect(status(LIVE, { picture, ageS: 9 })).toMatchObject({
      tone: "away",
      title: "Nothing new from the host",
      remarks: ["picture from 9 s ago", "2 watching"],
    });
  });

  it("shows how much of an incomplete picture has arrived (P-98)", () => {
    expect(status(LIVE, { arriving: 40 })).toMatchObject({
      tone: "busy",
      title: "The host is live",
      remarks: ["40% received", "2 watching"],
    });
    expect(status(LIVE, { picture, arriving: 40 })).toMatchObject({
      tone: "busy",
      quiet: false,
      title: "The picture is arriving",
      remarks: ["40% received", "2 watching"],
    });
    expect(status(LIVE, { arriving: 0 }).remarks).toEqual(["2 watching"]);
    expect(status(away("offline"), { picture, arriving: 40 }).remarks).not.toContain(
      "40% received",
    );
  });

  it("is quiet but not green while parts of the picture are outdated (P-98)", () => {
    expect(status(LIVE, { picture, behind: true })).toMatchObject({
      tone: "busy",
      quiet: true,
      title: "Catching up",
      remarks: ["parts of the picture are outdated", "2 watching"],
    });
    expect(status(LIVE, { picture })).toMatchObject({ tone: "good", quiet: true });
    expect(status(LIVE, { picture, behind: true, ageS: 9 }).title).toBe(
      "Nothing new from the host",
    );
  });

  it("reports that the page is on the screen that it shows", () => {
    const seesItself = { online: true, seesItself: true };
    expect(statusOf(shown(LIVE, { picture }), seesItself)).toMatchObject({
      tone: "calm",
      quiet: false,
      title: "You are looking at your own screen",
      remarks: ["2 watching"],
    });
    expect(statusOf(shown(away("offline"), { picture }), seesItself).title).toBe(
      "The host is offline",
    );
  });

  it("reports a picture that cannot be decoded, unless the picture shown is current", () => {
    const title = "The host’s picture cannot be shown";
    const undecodable = true;
    expect(status(LIVE, { undecodable })).toMatchObject({ tone: "bad", title });
    expect(status(LIVE, { undecodable, picture, ageS: 9 })).toMatchObject({ tone: "bad", title });
    expect(status(LIVE, { undecodable, picture }).tone).toBe("good");
    expect(status(away("offline"), { undecodable, picture, ageS: 9 }).title).not.toBe(title);
  });

  it("labels copies of an outdated picture", () => {
    const online = { online: true };
    const snapshot = { ...INITIAL_SNAPSHOT, connection: LIVE, picture };
    expect(agedWords(snapshot, online)).toBeUndefined();
    expect(agedWords({ ...snapshot, connection: away("offline"), ageS: 70 }, online)).toBe(
      "The host is offline · picture from 1 min ago",
    );
  });

  it("explains how to share if nobody is sharing and there is no last picture", () => {
    expect(status(away("offline")).invites).toBe(true);
    expect(status(away("stopped")).invites).toBe(true);
    expect(status(away("offline"), { picture, ageS: 3 }).invites).toBe(false);
    expect(status(away("paused")).invites).toBe(false);
    expect(status(away("unknown")).invites).toBe(false);
  });

  it("has different messages for a host that was lost, has paused, has stopped, or was never there", () => {
    const titles = [
      status(away("offline")).title,
      status(away("offline"), { picture, ageS: 3 }).title,
      status(away("paused")).title,
      status(away("stopped")).title,
      status(away("unknown")).title,
    ];
    expect(new Set(titles).size).toBe(titles.length);
  });

  it("has the same message while waiting and while retrying, so that it is not read aloud twice", () => {
    for (const kind of Object.keys(LOSS) as LossKind[]) {
      const waits = status(lost(kind), { retryInS: 3 });
      const tries = status(trying(kind));
      expect([tries.title, tries.detail]).toEqual([waits.title, waits.detail]);
      expect(tries.actions).toEqual(waits.actions);
      expect(waits.counting).toBe("Trying again in 3 s");
      expect(tries.counting).toBe("Trying again now…");
      const later = status(lost(kind), { retryInS: 1 });
      expect([later.title, later.detail]).toEqual([waits.title, waits.detail]);
    }
  });

  it("offers an action after each loss and each end", () => {
    for (const kind of Object.keys(LOSS) as LossKind[]) {
      expect(status(lost(kind)).actions).toContain("retry");
    }
    for (const kind of Object.keys(ENDING) as EndingKind[]) {
      const { actions, title, detail } = status(ended(kind));
      expect(actions.length).toBeGreaterThan(0);
      expect([title, detail].join()).not.toMatch(/undefined|NaN/);
    }
  });

  it("has a different title for each loss and each end", () => {
    const titles = [
      ...Object.values(LOSS).map(({ title }) => title),
      ...(Object.keys(ENDING) as EndingKind[]).map((kind) => status(ended(kind)).title),
    ];
    expect(new Set(titles).size).toBe(titles.length);
  });

  it("includes the relay's own reason if only the relay knows it", () => {
    const { detail } = status(ended("wrong-page", "this page is not one of the relay's own"));
    expect(detail).toContain("this page is not one of the relay's own");
  });

  it("does not treat a bare address as an error", () => {
    expect(status(ended("no-token"))).toMatchObject({ tone: "calm", actions: ["link"] });
    expect(status(ended("expired")).tone).toBe("bad");
  });

  it("reports that the browser is offline instead of blaming the relay", () => {
    const offline = { online: false };
    expect(status(lost("lost"), { retryInS: 3 }, offline)).toMatchObject({
      title: "You are offline",
      counting: undefined,
      actions: ["retry"],
    });
    expect(status(LIVE, { picture }, offline).title).toBe("Live");
  });

  it("is offline at once unless the relay still answers, and does not blame the host", () => {
    const [unheard, offline] = [{ picture, unheard: true }, { online: false }];
    for (const connection of [LIVE, { state: "waiting", host: "offline", viewers: 1 } as const]) {
      for (const aged of [unheard, { ...unheard, ageS: 8 }]) {
        expect(status(connection, aged, offline)).toMatchObject({
          title: "You are offline",
          tone: "bad",
        });
        expect(status(connection, aged).title).not.toBe("You are offline");
      }
    }
  });

  it("shows the age of the last picture", () => {
    expect(status(lost("lost"), { picture, ageS: 190, retryInS: 2 })).toMatchObject({
      detail: "The last picture stays until it is back.",
      remarks: ["picture from 3 min ago"],
    });
  });
});

describe("titleOf", () => {
  const title = (connection: ConnectionState, more: Partial<Snapshot> = {}) =>
    titleOf(shown(connection, more), ONLINE);

  it("names rooms other than the default, and shows “Live” only if the picture is current", () => {
    expect(title(LIVE, { picture })).toBe("Live · Screen Share");
    expect(title(LIVE)).toBe("Screen Share");
    expect(title(LIVE, { picture, ageS: 8 })).toBe("Nothing new from the host · Screen Share");
    expect(title(away("offline"), { room: "demo" })).toBe(
      "Waiting for the host · demo · Screen Share",
    );
    expect(title(lost("room-full"), { retryInS: 2 })).toBe("The room is full · Screen Share");
  });
});

describe("ageWords", () => {
  it("counts seconds, then minutes, hours and days, rounded down", () => {
    const words = [0, 1, 12.9, 59.9, 60, 185, 3599, 3600, 86_399, 86_400, 200_000].map(ageWords);
    expect(words).toEqual([
      "1 s ago",
      "1 s ago",
      "12 s ago",
      "59 s ago",
      "1 min ago",
      "3 min ago",
      "59 min ago",
      "1 h ago",
      "23 h ago",
      "1 day ago",
      "2 days ago",
    ]);
  });
});

describe("captureCommand", () => {
  it("contains only what differs from the agent’s defaults", () => {
    const command = (server: string, room = "main") => captureCommand({ server, room });
    expect(command("ws://localhost:8000")).toBe("pnpm capture");
    expect(command("ws://localhost:8000", "demo")).toBe("pnpm capture --room demo");
    expect(command("wss://relay.example")).toBe("pnpm capture --server wss://relay.example");
    expect(command("ws://127.0.0.1:9000")).toBe("pnpm capture --server ws://127.0.0.1:9000");
    expect(command("ws://192.168.1.5:8000", "a")).toBe(
      "pnpm capture --server ws://192.168.1.5:8000 --insecure --room a",
    );
    expect(command("ws://[::1]:9000")).toBe("pnpm capture --server ws://[::1]:9000");
    expect(command("ws://relay.localhost")).toBe("pnpm capture --server ws://relay.localhost");
    expect(command("ws://localhost.evil.example")).toContain("--insecure");
  });
});
