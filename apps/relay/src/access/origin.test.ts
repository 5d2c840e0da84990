import { describe, expect, it } from "vitest";
import { refusalWithoutSecret } from "./origin.ts";

const allowedOrigins = ["https://screen.example.com"];

function judged(headers: Record<string, string>, picture = false): boolean {
  const options = { allowedOrigins, picture };
  return refusalWithoutSecret(new Map(Object.entries(headers)), options) === undefined;
}

describe("without a secret, a request passes (P-70)", () => {
  it.each([
    [{ host: "localhost:8000" }],
    [{ host: "127.0.0.1:8000" }],
    [{ host: "[::1]:8000" }],
    [{ host: "LocalHost:8000" }],
    // Port 80, with and without it, and ports that ssh -L forwards.
    [{ host: "localhost" }],
    [{ host: "localhost:80", origin: "http://localhost" }],
    [{ host: "[::1]", origin: "http://[::1]:80" }],
    [{ host: "localhost:9000", origin: "http://localhost:9000" }],
    [{ host: "127.0.0.1:65535" }],
    [{ host: "localhost:8000", origin: "http://localhost:8000" }],
    [{ host: "127.0.0.1:8000", origin: "http://127.0.0.1:8000" }],
    [{ host: "localhost:8000", origin: "https://screen.example.com" }],
    [{ host: "localhost:8000", "sec-fetch-site": "cross-site" }],
  ])("with %j", (headers) => {
    expect(judged(headers)).toBe(true);
  });
});

describe("without a secret, a request is refused (P-70, P-71)", () => {
  it.each([
    [{}],
    [{ host: "" }],
    [{ host: "localhost:" }],
    [{ host: "localhost:80x" }],
    [{ host: "127.0.0.1.evil.example:8000" }],
    [{ host: "[::1]x:8000" }],
    [{ host: "localhost.evil.example:8000" }],
    [{ host: "evil.example:8000" }],
    [{ host: "192.168.1.2:8000" }],
    [{ host: "localhost:8000, localhost:8000" }],
    [{ host: "localhost:8000", origin: "null" }],
    [{ host: "localhost:8000", origin: "http://evil.example" }],
    [{ host: "localhost:8000", origin: "http://localhost:3000" }],
    [{ host: "localhost:8000", origin: "http://localhost" }],
    [{ host: "localhost:8000", origin: "http://127.0.0.1:8000" }],
    [{ host: "localhost", origin: "http://localhost:8000" }],
    [{ host: "localhost:8000", origin: "https://localhost:8000" }],
    [{ host: "localhost:8000", origin: "https://screen.example.com.evil.example" }],
    [{ host: "localhost:8000", forwarded: "for=1.2.3.4" }],
    [{ host: "localhost:8000", "x-forwarded-for": "1.2.3.4" }],
    [{ host: "localhost:8000", "x-forwarded-proto": "https" }],
  ])("with %j", (headers) => {
    expect(judged(headers)).toBe(false);
  });

  it.each(["cross-site", "same-site"])("for a picture in a %s page", (site) => {
    expect(judged({ host: "localhost:8000", "sec-fetch-site": site }, true)).toBe(false);
  });

  it.each(["same-origin", "none"])("but not for a picture fetched %s", (site) => {
    expect(judged({ host: "localhost:8000", "sec-fetch-site": site }, true)).toBe(true);
  });
});
