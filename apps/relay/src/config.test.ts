import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig } from "./config.ts";

function problems(env: Record<string, string>): string {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("parseConfig", () => {
  it("needs nothing, and takes empty values as unset", () => {
    const config = parseConfig({ PORT: "", AUTH_SECRET: "", HOST: "" });
    expect(config).toMatchObject({ HOST: "127.0.0.1", PORT: 8000, PICTURE_TTL: 600_000 });
  });

  it("tells every problem at once, in plain words", () => {
    const told = problems({ PORT: "70000", PICTURE_TTL: "soon", ALLOWED_ORIGINS: "example.com" });
    expect(told).toContain("PORT must be a whole number from 0 to 65535");
    expect(told).toContain("PICTURE_TTL must be a time such as");
    expect(told).toContain('ALLOWED_ORIGINS "example.com" is not an origin');
  });

  it.each(["0.0.0.0", "192.168.1.2", "::"])("refuses to listen on %s without tokens", (HOST) => {
    expect(problems({ HOST })).toContain("HOST must be this machine alone");
  });

  it("refuses a secret that it could not enforce", () => {
    expect(problems({ AUTH_SECRET: "x".repeat(32) })).toContain("AUTH_SECRET is set, but");
  });

  it.each([
    ["90s", 90_000],
    ["10 min", 600_000],
    ["12h", 43_200_000],
  ])("reads %s as a time", (text, ms) => {
    expect(parseConfig({ PICTURE_TTL: text }).PICTURE_TTL).toBe(ms);
  });
});
