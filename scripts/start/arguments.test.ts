import { describe, expect, it } from "vitest";
import { readArguments } from "./arguments.ts";

const nothing = { agent: [], help: false, answered: false };

describe("the arguments of start", () => {
  it.each([
    [[], {}],
    [["--lan", "--fps", "20"], { lan: true, agent: ["--fps", "20"] }],
    [["--", "--fps", "20"], { agent: ["--fps", "20"] }],
    [["--", "--lan"], { lan: true }],
    [["--port", "81", "--fps", "20", "--port=82"], { port: "82", agent: ["--fps", "20"] }],
    [["--lan", "--keep-links"], { lan: true, keepLinks: true }],
    [["--help"], { help: true, answered: true, agent: ["--help"] }],
    [["--lan", "-h"], { lan: true, help: true, answered: true, agent: ["-h"] }],
    [["--list"], { answered: true, agent: ["--list"] }],
    [["--version"], { answered: true, agent: ["--version"] }],
    [["--server", "ws://x"], { server: "ws://x" }],
    [["--server=ws://x"], { server: "ws://x" }],
    [["--server"], { server: true }],
    [["--record", "a.recording", "--fps", "20"], { record: "a.recording", agent: ["--fps", "20"] }],
    [["--fps", "20", "--record=a.recording"], { record: "a.recording", agent: ["--fps", "20"] }],
    [["--room", "demo", "--insecure"], { room: "demo", agent: ["--insecure"] }],
    [
      ["--monitor", "2", "--room=demo", "--source", "test", "extra"],
      { room: "demo", agent: ["--monitor", "2", "--source", "test", "extra"] },
    ],
  ])("%j are understood", (argv, meant) => {
    expect(readArguments(argv)).toEqual({ ...nothing, ...meant });
  });
});
