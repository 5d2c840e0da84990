import { describe, expect, it } from "vitest";
import { readArguments, USAGE, withoutRecording } from "./arguments.ts";

describe("what is typed behind start", () => {
  it.each([
    [[], { lan: false, keepLinks: false, help: false, server: false, answered: false, agent: [] }],
    [
      ["--lan", "--fps", "20"],
      {
        lan: true,
        keepLinks: false,
        help: false,
        server: false,
        answered: false,
        agent: ["--fps", "20"],
      },
    ],
    [
      ["--", "--fps", "20"],
      {
        lan: false,
        keepLinks: false,
        help: false,
        server: false,
        answered: false,
        agent: ["--fps", "20"],
      },
    ],
    [
      ["--port", "81", "--fps", "20", "--port=82"],
      {
        lan: false,
        keepLinks: false,
        port: "82",
        help: false,
        server: false,
        answered: false,
        agent: ["--fps", "20"],
      },
    ],
    [
      ["--lan", "--port"],
      {
        lan: true,
        keepLinks: false,
        port: "",
        help: false,
        server: false,
        answered: false,
        agent: [],
      },
    ],
    [
      ["--lan", "--keep-links"],
      { lan: true, keepLinks: true, help: false, server: false, answered: false, agent: [] },
    ],
    [
      ["--help"],
      {
        lan: false,
        keepLinks: false,
        help: true,
        server: false,
        answered: true,
        agent: ["--help"],
      },
    ],
    [
      ["--list"],
      {
        lan: false,
        keepLinks: false,
        help: false,
        server: false,
        answered: true,
        agent: ["--list"],
      },
    ],
  ])("%j is understood", (argv, meant) => {
    expect(readArguments(argv)).toEqual(meant);
  });

  it.each([["--server", "ws://x"], ["--server=ws://x"]])("%s names another relay", (...argv) => {
    expect(readArguments(argv).server).toBe(true);
  });

  it.each([
    [
      ["--record", "a.recording", "--fps", "20"],
      ["--fps", "20"],
    ],
    [
      ["--fps", "20", "--record=a.recording"],
      ["--fps", "20"],
    ],
    [
      ["--room", "x"],
      ["--room", "x"],
    ],
  ])("%j goes to an agent that is started again as %j", (first, again) => {
    expect(withoutRecording(first)).toEqual(again);
  });

  it("is told in the help", () => {
    expect(USAGE).toMatch(/--lan .*network/);
    expect(USAGE).toMatch(/goes to the agent/);
  });
});
