import { describe, expect, it } from "vitest";
import { type ConnectionEvent, type ConnectionState, transition } from "./connection-state.ts";
import type { Loss } from "./loss.ts";

const old: Loss = { kind: "lost", since: 5 };
const loss: Loss = { kind: "room-full", since: 6 };
const ending = { kind: "expired", reason: "no" } as const;
const connecting: ConnectionState = { state: "connecting", after: undefined };
const again: ConnectionState = { state: "connecting", after: loss };
const connected: ConnectionState = { state: "connected", viewers: 3 };
const offline: ConnectionState = { state: "waiting", host: "offline", viewers: 3 };
const disconnected: ConnectionState = { state: "disconnected", retryAt: 5, loss: old };
const ended: ConnectionState = { state: "ended", ending };
const STATES = [connecting, connected, offline, disconnected, ended];

const lost: ConnectionEvent = { type: "lost", retryAt: 7, loss };
const end: ConnectionEvent = { type: "ended", ending };
const afterLoss: ConnectionState = { state: "disconnected", retryAt: 7, loss };

/** For each event, what becomes of connecting, connected, waiting, disconnected, ended. */
const TABLE: [
  ConnectionEvent,
  [ConnectionState, ConnectionState, ConnectionState, ConnectionState, ConnectionState],
][] = [
  [
    { type: "dialled", after: undefined },
    [connecting, connecting, connecting, connecting, connecting],
  ],
  [{ type: "dialled", after: loss }, [again, again, again, again, again]],
  [
    { type: "welcome" },
    [
      { state: "waiting", host: "unknown", viewers: undefined },
      connected,
      offline,
      disconnected,
      ended,
    ],
  ],
  [
    { type: "producer", state: "live" },
    [connecting, connected, { state: "connected", viewers: 3 }, disconnected, ended],
  ],
  [
    { type: "producer", state: "offline" },
    [connecting, { state: "waiting", host: "offline", viewers: 3 }, offline, disconnected, ended],
  ],
  [
    { type: "producer", state: "paused" },
    [
      connecting,
      { state: "waiting", host: "paused", viewers: 3 },
      { state: "waiting", host: "paused", viewers: 3 },
      disconnected,
      ended,
    ],
  ],
  [
    { type: "producer", state: "offline", stopped: true },
    [
      connecting,
      { state: "waiting", host: "stopped", viewers: 3 },
      { state: "waiting", host: "stopped", viewers: 3 },
      disconnected,
      ended,
    ],
  ],
  [
    { type: "viewers", count: 4 },
    [connecting, { ...connected, viewers: 4 }, { ...offline, viewers: 4 }, disconnected, ended],
  ],
  [lost, [afterLoss, afterLoss, afterLoss, afterLoss, afterLoss]],
  [end, [ended, ended, ended, ended, ended]],
];

describe("transition", () => {
  for (const [event, results] of TABLE) {
    it(`defines for every state what ${JSON.stringify(event)} changes`, () => {
      expect(STATES.map((state) => transition(state, event))).toEqual(results);
    });
  }

  it("returns the very same object where nothing changed", () => {
    for (const [event] of TABLE.filter(([{ type }]) => type !== "lost" && type !== "ended")) {
      for (const state of STATES) {
        const once = transition(state, event);
        expect(transition(once, event)).toBe(once);
      }
    }
  });
});
