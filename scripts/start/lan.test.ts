import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lanSettings, reachableHost } from "./lan.ts";
import { type Card, machine } from "./testing-machines.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lan-"));
  vi.stubEnv("XDG_DATA_HOME", folder);
});
afterEach(() => vi.unstubAllEnvs());

const WLAN: Card = { name: "wlan0", addresses: ["192.168.1.5"], hardware: true, isDefault: true };
const HOME = machine([WLAN, { name: "docker0", addresses: ["172.17.0.1"] }]);
const IPV6_ONLY = machine([
  { name: "eth0", addresses: ["2001:db8:1::5", "fe80::5"], hardware: true, isDefault: true },
]);

async function settingsOf(...args: Parameters<typeof lanSettings>) {
  const result = await lanSettings(...args);
  if ("problem" in result) throw new Error(result.problem);
  return result;
}

describe("sharing on the network", () => {
  it("listens on all addresses, links to that of the default route, and lists the others", async () => {
    const { environment, notices } = await settingsOf({}, HOME);
    expect(environment).toMatchObject({ HOST: "0.0.0.0", VIEWER_URL: "http://192.168.1.5:8000/" });
    expect(notices.join("\n")).toContain("another address of this machine there: 172.17.0.1.");
    const other = await settingsOf({ PORT: "81" }, machine([WLAN]));
    expect(other.environment.VIEWER_URL).toBe("http://192.168.1.5:81/");
    expect(other.notices).toHaveLength(1);
  });

  it("also listens on IPv6 if there is any, and puts its addresses in brackets", async () => {
    const { environment } = await settingsOf({}, IPV6_ONLY);
    expect(environment).toMatchObject({ HOST: "::", VIEWER_URL: "http://[2001:db8:1::5]:8000/" });
    const both = machine([{ ...WLAN, addresses: ["192.168.1.5", "fd00::5"] }]);
    const { notices, environment: dual } = await settingsOf({}, both);
    expect(dual).toMatchObject({ HOST: "::", VIEWER_URL: "http://192.168.1.5:8000/" });
    expect(notices.join("\n")).toContain("there: [fd00::5].");
  });

  it("does not link to an IPv6 address if it listens on IPv4 only", async () => {
    expect(await lanSettings({ HOST: "0.0.0.0" }, IPV6_ONLY)).toHaveProperty("problem");
  });

  it("makes a secret once, readable by this user only", async () => {
    const first = await settingsOf({}, HOME);
    expect(await settingsOf({}, HOME)).toEqual(first);
    const file = path.join(folder, "screen-share", "lan-secret");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const secret = readFileSync(file, "utf8").trim();
    expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32);
    expect(first.environment.AUTH_SECRET).toBe(secret);
  });

  it("uses a secret for this run only if none can be saved, and reports that", async () => {
    const file = path.join(folder, "a-file");
    writeFileSync(file, "");
    vi.stubEnv("XDG_DATA_HOME", file);
    const [one, two] = [await settingsOf({}, HOME), await settingsOf({}, HOME)];
    expect(one.environment.AUTH_SECRET).not.toBe(two.environment.AUTH_SECRET);
    expect(one.notices.at(-1)).toMatch(/^The link is valid for this run only, .*\.$/);
  });

  it("keeps existing settings", async () => {
    const own = { HOST: "10.0.0.7", AUTH_SECRET: "mine", VIEWER_URL: "https://page.example/" };
    expect((await settingsOf(own, machine([]))).environment).toEqual(own);
  });

  it("links to the address in HOST", async () => {
    const { environment } = await settingsOf({ HOST: "[fd00::7]" }, HOME);
    expect(environment.VIEWER_URL).toBe("http://[fd00::7]:8000/");
    expect(await lanSettings({ HOST: "127.0.0.1" }, HOME)).toHaveProperty(
      "problem",
      "HOST is 127.0.0.1, where only this machine can connect. Unset it for --lan.",
    );
  });

  it("reports a missing network, and a port that is not fixed", async () => {
    expect(await lanSettings({}, machine([]))).toHaveProperty("problem");
    expect(await lanSettings({ PORT: "0" }, HOME)).toHaveProperty("problem");
  });
});

it.each([
  [undefined, "localhost"],
  ["0.0.0.0", "localhost"],
  ["::", "localhost"],
  ["[::1]", "[::1]"],
  ["192.168.1.5", "192.168.1.5"],
])("the agent reaches a relay with the HOST %s at %s", (host, address) => {
  expect(reachableHost(host)).toBe(address);
});
