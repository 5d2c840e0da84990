import { AGENT_SETTINGS } from "@screen-share/program";
import { describe, expect, it } from "vitest";
import { readConfig, SETTING_NAMES } from "./config.ts";

function configOf(...args: Parameters<typeof readConfig>) {
  const result = readConfig(...args);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result.config;
}

it("knows every setting of the agent by name", () => {
  expect([...SETTING_NAMES].sort()).toEqual([...AGENT_SETTINGS].sort());
});

describe("readConfig", () => {
  it("has a default for everything", () => {
    expect(configOf({}, {})).toEqual({
      server: "ws://localhost:8000/ws/producer",
      room: "main",
      fps: 10,
      quality: 60,
      maxQuality: 90,
      adaptive: true,
      maxDimension: 2560,
      source: "screen",
      encoder: "auto",
      logLevel: "info",
      wayland: false,
    });
  });

  it("can disable repainting and coarser quality", () => {
    const config = configOf({ maxQuality: "off", adaptive: "off" }, { MAX_QUALITY: "80" });
    expect(config).toMatchObject({ maxQuality: undefined, adaptive: false });
    expect(readConfig({ maxQuality: "0", adaptive: "maybe" }, {})).toEqual({
      problems: [
        "MAX_QUALITY (--max-quality) must be a whole number from 1 to 100, or off.",
        "ADAPTIVE_QUALITY (--adaptive) must be on or off.",
      ],
    });
  });

  it("lets flags override the environment, and treats empty values as unset", () => {
    const environment = { FRAME_RATE: "30", ROOM: "", JPEG_QUALITY: " 80 ", PRODUCER_TOKEN: "  " };
    const config = configOf({ fps: "5", room: "" }, environment);
    expect(config).toMatchObject({ fps: 5, room: "main", quality: 80 });
    expect(config.token).toBeUndefined();
  });

  it.each([
    [{}, undefined, false],
    [{ DISPLAY: ":1" }, { display: ":1", xauthority: undefined }, false],
    [{ DISPLAY: ":1", XAUTHORITY: "/key" }, { display: ":1", xauthority: "/key" }, false],
    [{ WAYLAND_DISPLAY: "wayland-0" }, undefined, true],
    [{ XDG_SESSION_TYPE: "wayland" }, undefined, true],
    [
      { DISPLAY: ":1", XDG_SESSION_TYPE: "wayland" },
      { display: ":1", xauthority: undefined },
      true,
    ],
    [{ DISPLAY: ":1", XDG_SESSION_TYPE: "x11" }, { display: ":1", xauthority: undefined }, false],
  ])("knows the desktop by %j", (environment, x11, wayland) => {
    expect(configOf({}, environment)).toMatchObject({ x11, wayland });
  });

  it.each(["Bearer eyJ.a.b", '"eyJ.a.b"', "bearer  eyJ.a.b"])(
    "takes the token out of %j",
    (PRODUCER_TOKEN) => {
      expect(configOf({}, { PRODUCER_TOKEN }).token).toBe("eyJ.a.b");
    },
  );

  it("reports all problems at once, by the names of their settings", () => {
    const environment = {
      SERVER_WS_URL: "ftp://relay",
      PRODUCER_TOKEN: "a b",
      ROOM: "no room",
      JPEG_QUALITY: "0",
      MAX_DIMENSION: "1e3",
      LOG_LEVEL: "loud",
    };
    expect(readConfig({ fps: "61" }, environment)).toEqual({
      problems: [
        "SERVER_WS_URL (--server) must be a relay's address, such as wss://relay.example, relay.example:8000, or a viewer link.",
        "PRODUCER_TOKEN contains characters that no token has, or is too long.",
        "ROOM (--room) must be 1 to 64 letters, digits, - or _.",
        "LOG_LEVEL must be one of debug, info, warn, error, silent.",
        "FRAME_RATE (--fps) must be a whole number from 1 to 60.",
        "JPEG_QUALITY (--quality) must be a whole number from 1 to 100.",
        "MAX_DIMENSION (--max-dimension) must be a whole number from 1 to 8192.",
      ],
    });
  });

  it.each([
    ["wss://relay.example", "wss://relay.example/ws/producer"],
    ["wss://relay.example/", "wss://relay.example/ws/producer"],
    ["ws://[::1]:9000/a/ws/producer?x=1#y", "ws://[::1]:9000/a/ws/producer?x=1"],
  ])("reads %s as %s", (typed, meant) => {
    expect(configOf({ server: typed }, {}).server).toBe(meant);
  });

  it("takes the name of a recording from the command line alone", () => {
    expect(configOf({ record: "a.recording" }, {}).record).toBe("a.recording");
    expect(configOf({}, { RECORD: "a.recording" }).record).toBeUndefined();
  });

  it.each(["wss://relay/?token=x", "wss://me:secret@relay"])("wants no secret in %s", (server) => {
    const result = readConfig({ server }, {});
    expect(result).toHaveProperty("problems.0", expect.stringContaining("PRODUCER_TOKEN"));
  });

  it.each(["ws://relay.example", "ws://192.168.1.5:8000", "ws://127.0.0.1.example", "ws://[::2]"])(
    "refuses %s, which others can eavesdrop on, unless explicitly allowed",
    (SERVER_WS_URL) => {
      const refused = readConfig({}, { SERVER_WS_URL });
      expect(refused).toHaveProperty("problems", [expect.stringMatching(/wss:.*--insecure/)]);
      expect(configOf({ insecure: true }, { SERVER_WS_URL }).server).toContain(SERVER_WS_URL);
    },
  );

  it.each(["ws://localhost", "ws://relay.localhost:9", "ws://127.1.2.3", "ws://[::1]", "wss://h"])(
    "needs no leave for %s",
    (SERVER_WS_URL) => {
      expect(configOf({}, { SERVER_WS_URL }).server).toContain(SERVER_WS_URL);
    },
  );
});

describe("a viewer link as the address of a relay", () => {
  const LINK = "https://x.example/#room=demo&token=viewers-token";

  it("never has its token used, and reports that another one is needed", () => {
    expect(readConfig({ server: LINK }, {})).toEqual({
      problems: [expect.stringMatching(/^PRODUCER_TOKEN must be set: .*is for viewers/)],
    });
    const result = readConfig({ server: LINK }, { PRODUCER_TOKEN: "mine" });
    expect(result).toMatchObject({ config: { token: "mine", room: "demo" } });
    expect(JSON.stringify(result)).not.toContain("viewers-token");
  });

  it("names the room only where no other one is set", () => {
    const environment = { PRODUCER_TOKEN: "mine", SERVER_WS_URL: LINK };
    expect(readConfig({}, environment)).toMatchObject({ config: { room: "demo" } });
    expect(readConfig({ room: "a" }, environment)).toMatchObject({ config: { room: "a" } });
    expect(readConfig({}, { ...environment, ROOM: "b" })).toMatchObject({ config: { room: "b" } });
  });
});
