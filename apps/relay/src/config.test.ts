import { RELAY_SETTINGS } from "@screen-share/program";
import { tokenKey } from "@screen-share/protocol/token";
import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig, SETTING_NAMES } from "./config.ts";

function problems(env: Record<string, string>): string {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

it("all programs know the name of every setting of the relay", () => {
  expect([...SETTING_NAMES].sort()).toEqual([...RELAY_SETTINGS].sort());
});

describe("parseConfig", () => {
  it.each([
    ["https://a.example,", ["https://a.example"]],
    [" https://a.example/ https://B.example:8443", ["https://a.example", "https://b.example:8443"]],
    ["chrome-extension://abcdefghijklmnop", ["chrome-extension://abcdefghijklmnop"]],
    ["capacitor://localhost/, app://obsidian.md", ["capacitor://localhost", "app://obsidian.md"]],
  ])("reads the origins %j", (ALLOWED_ORIGINS, origins) => {
    expect(parseConfig({ ALLOWED_ORIGINS }).ALLOWED_ORIGINS).toEqual(origins);
  });

  it.each([
    "null",
    ",",
    "https://a.example/page",
    "example.com",
    "https://me@a.example",
    "data:,x",
  ])("refuses %j as an origin", (ALLOWED_ORIGINS) => {
    expect(problems({ ALLOWED_ORIGINS })).toMatch(/^ALLOWED_ORIGINS .*origin/);
  });

  it.each([
    ["[::1]", "::1"],
    ["::1", "::1"],
    ["LOCALHOST", "localhost"],
    ["127.0.0.1", "127.0.0.1"],
  ])("reads the address %s", (HOST, address) => {
    expect(parseConfig({ HOST }).HOST).toBe(address);
  });

  it.each(["x86_64-conda-linux-gnu", "build-7", "127.0.0.1:8000", "1.2.3", "[::1"])(
    "refuses the address %s in one sentence",
    (HOST) => {
      expect(problems({ HOST })).toBe(
        `HOST must be an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::, and not "${HOST}"`,
      );
    },
  );
  it("needs no settings, and treats empty values as unset", () => {
    const config = parseConfig({ PORT: "", AUTH_SECRET: "", HOST: "" });
    expect(config).toMatchObject({ HOST: "127.0.0.1", PORT: 8000, PICTURE_TTL: 600_000 });
  });

  it("reports all problems at once, in plain words", () => {
    const text = problems({ PORT: "70000", PICTURE_TTL: "soon", ALLOWED_ORIGINS: "example.com" });
    expect(text).toContain("PORT must be a whole number from 0 to 65535");
    expect(text).toContain("PICTURE_TTL must be a time such as");
    expect(text).toContain('ALLOWED_ORIGINS "example.com" is not an origin');
  });

  it.each(["0.0.0.0", "192.168.1.2", "::"])("refuses to listen on %s without tokens", (HOST) => {
    expect(problems({ HOST })).toMatch(
      /^AUTH_SECRET must be set, .*HOST must be this machine alone/,
    );
  });

  it("allows any address with a secret, and refuses a secret that is too short", () => {
    const AUTH_SECRET = "é".repeat(16);
    expect(parseConfig({ AUTH_SECRET, HOST: "0.0.0.0" }).keys).toEqual([tokenKey(AUTH_SECRET)]);
    expect(parseConfig({ AUTH_SECRET: "", AUTH_SECRET_PREVIOUS: "" }).keys).toEqual([]);
    expect(problems({ AUTH_SECRET: "x".repeat(31) })).toContain(
      "AUTH_SECRET must have at least 32",
    );
    const two = parseConfig({ AUTH_SECRET, AUTH_SECRET_PREVIOUS: "y".repeat(32) });
    expect(two.keys).toEqual([tokenKey(AUTH_SECRET), tokenKey("y".repeat(32))]);
    expect(problems({ AUTH_SECRET_PREVIOUS: "y".repeat(32) })).toContain("set AUTH_SECRET too");
  });

  it("does not print a refused secret", () => {
    expect(problems({ AUTH_SECRET: "too-short" })).not.toContain("too-short");
  });

  it("accepts a viewer page with #relay= and no other fragment (P-91)", () => {
    const naming = "https://v.example/#relay=wss://b.example";
    expect(parseConfig({ VIEWER_URL: naming }).VIEWER_URL).toBe(naming);
    for (const wrong of ["#room=x", "#relay=", "#relay=wss://b&token=x", "#", "#relay=a#b"]) {
      expect(problems({ VIEWER_URL: `https://v.example/${wrong}` })).toContain("VIEWER_URL must");
    }
  });

  it("converts FRAME_ANCESTORS to CSP sources", () => {
    const ancestors = (FRAME_ANCESTORS: string) => parseConfig({ FRAME_ANCESTORS }).FRAME_ANCESTORS;
    expect(parseConfig({}).FRAME_ANCESTORS).toBe("'none'");
    expect(ancestors("none")).toBe("'none'");
    expect(ancestors("self, https://a.example https://b.example:8443")).toBe(
      "'self' https://a.example https://b.example:8443",
    );
    for (const wrong of [
      ",",
      "*",
      "https://a.example/page",
      "none https://a.example",
      "x; script-src *",
    ])
      expect(problems({ FRAME_ANCESTORS: wrong })).toContain("FRAME_ANCESTORS");
  });

  it.each([
    ["90s", 90_000],
    ["10 min", 600_000],
    ["12h", 43_200_000],
  ])("reads %s as a duration", (text, ms) => {
    expect(parseConfig({ PICTURE_TTL: text }).PICTURE_TTL).toBe(ms);
  });
});
