import { CLOSE, closeMeaning } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import type { Connection } from "./connection.ts";
import { INITIAL_SNAPSHOT, type Snapshot } from "./snapshot.ts";
import { statusWords, titleWords } from "./words.ts";

const picture = { width: 10, height: 10 };
const shown = (connection: Connection, more: Partial<Snapshot> = {}): Snapshot => ({
  ...INITIAL_SNAPSHOT,
  room: "main",
  connection,
  ...more,
});
const offline: Connection = { state: "waiting", host: "offline", viewers: 1 };

describe("statusWords", () => {
  it("tells how to start the agent only while there never was a picture", () => {
    expect(statusWords(shown(offline)).command).toBe("pnpm capture");
    expect(statusWords(shown(offline, { room: "demo" })).command).toBe("pnpm capture --room demo");
    expect(statusWords(shown(offline, { picture, ageS: 3 })).command).toBeUndefined();
    const unknown: Connection = { state: "waiting", host: "unknown", viewers: undefined };
    expect(statusWords(shown(unknown)).command).toBeUndefined();
  });

  it("keeps what counts out of the words that are read aloud", () => {
    const connection: Connection = {
      state: "disconnected",
      retryAt: 0,
      meaning: "it was lost",
      full: false,
    };
    const at = (retryInS: number) => statusWords(shown(connection, { retryInS, picture, ageS: 9 }));
    expect(at(3).words).toBe(at(2).words);
    expect(at(3)).toMatchObject({
      words: "Disconnected — reconnecting",
      counting: "in 3 s",
      remarks: ["It was lost", "picture from 9 s ago"],
    });
  });

  it("says of a relay without a place that it is full, and that it will be asked again", () => {
    const { meaning } = closeMeaning(CLOSE.full);
    const full = shown({ state: "disconnected", retryAt: 0, meaning, full: true }, { retryInS: 2 });
    expect(statusWords(full)).toMatchObject({
      words: "The room or the relay is full — trying again",
      counting: "in 2 s",
      remarks: [],
    });
    expect(titleWords(full)).toBe("Full · Screen Share");
  });

  it("remarks on a pause and on who watches", () => {
    const paused: Connection = { state: "waiting", host: "paused", viewers: 3 };
    expect(statusWords(shown(paused, { picture, ageS: 190 })).remarks).toEqual([
      "Sharing is paused",
      "picture from 3 min ago",
      "3 watching",
    ]);
  });

  it("gives the reason of an end as a sentence", () => {
    const ended: Connection = { state: "ended", reason: "not allowed", remedy: "again" };
    expect(statusWords(shown(ended)).words).toBe("Not allowed");
  });
});

describe("titleWords", () => {
  it("names a room that is not everyone's, and says live only of the present", () => {
    const live: Connection = { state: "connected", viewers: 1 };
    expect(titleWords(shown(live, { picture }))).toBe("Live · Screen Share");
    expect(titleWords(shown(live, { picture, ageS: 8 }))).toBe("Screen Share");
    expect(titleWords(shown(offline, { room: "demo" }))).toBe("Waiting · demo · Screen Share");
  });
});
