import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lanSettings } from "./lan.ts";
import { roomOf } from "./settings.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lan-"));
  vi.stubEnv("XDG_DATA_HOME", folder);
});
afterEach(() => vi.unstubAllEnvs());

const card = (address: string, internal = false) => ({
  address,
  internal,
  family: "IPv4" as const,
  netmask: "255.255.255.0",
  mac: "00:00:00:00:00:00",
  cidr: null,
});
const ROUTER = {
  lo: [card("127.0.0.1", true)],
  docker0: [card("172.17.0.1")],
  wlan0: [card("192.168.1.5")],
};

describe("sharing on the network", () => {
  it("listens everywhere, and links to the address of a real network card", () => {
    const settings = lanSettings({}, ROUTER);
    expect(settings).toMatchObject({ HOST: "0.0.0.0", VIEWER_URL: "http://192.168.1.5:8000/" });
    expect(lanSettings({ PORT: "81" }, ROUTER)).toHaveProperty(
      "VIEWER_URL",
      "http://192.168.1.5:81/",
    );
  });

  it("makes a secret once, for this user alone", () => {
    const first = lanSettings({}, ROUTER);
    expect(lanSettings({}, ROUTER)).toEqual(first);
    const file = path.join(folder, "screen-share", "lan-secret");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const secret = readFileSync(file, "utf8").trim();
    expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32);
    expect(first).toHaveProperty("AUTH_SECRET", secret);
  });

  it("leaves alone what is set", () => {
    const own = { HOST: "10.0.0.7", AUTH_SECRET: "mine", VIEWER_URL: "https://page.example/" };
    expect(lanSettings(own, {})).toEqual(own);
  });

  it("says so where there is no network, or no port to name", () => {
    expect(lanSettings({}, { lo: ROUTER.lo })).toHaveProperty("problem");
    expect(lanSettings({}, { eth0: [card("169.254.1.1")] })).toHaveProperty("problem");
    expect(lanSettings({ PORT: "0" }, ROUTER)).toHaveProperty("problem");
  });
});

describe("the agent's room", () => {
  it.each([
    [["--room", "demo"], "demo"],
    [["--fps", "20", "--room=demo"], "demo"],
    [["--insecure"], "set"],
    [["--room", ""], "set"],
  ])("of %j is %s", (args, room) => {
    expect(roomOf(args, { ROOM: "set" })).toBe(room);
  });
});
