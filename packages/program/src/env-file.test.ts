import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEnvFile } from "./env-file.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => Buffer.from(text, "utf16le");
const BOM = "\ufeff";

describe("a .env file", () => {
  const text = "AUTH_SECRET=geheim-é\r\nPORT=8180\r\n";
  const values = { AUTH_SECRET: "geheim-é", PORT: "8180" };

  it.each([
    ["UTF-8 with CRLF, as Notepad writes it", utf8(text)],
    ["UTF-8 with a byte order mark", utf8(BOM + text)],
    ["UTF-16, as PowerShell 5 writes it", utf16(BOM + text)],
    ["UTF-16 without a byte order mark", utf16(text)],
    ["UTF-16 in the other byte order", utf16(BOM + text).swap16()],
    ["UTF-16 in the other byte order without a byte order mark", utf16(text).swap16()],
    ["old Mac line ends", utf8(text.replaceAll("\r\n", "\r"))],
    ["export, spaces and quotes", utf8(`export AUTH_SECRET = "geheim-é"\n PORT='8180' # here\n`)],
    ["colons", utf8("AUTH_SECRET: geheim-é\nPORT: 8180\n")],
  ])("is read in %s", (_, bytes) => {
    expect(parseEnvFile(bytes)).toEqual({ values, mistakes: [] });
  });

  it("is not read if it is no text", () => {
    expect(parseEnvFile(Buffer.of(0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 1))).toBeUndefined();
  });

  it("never makes the reader throw, whatever its bytes are", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseEnvFile(bytes)));
  });

  it.each([
    [
      "AUTH_SECRT=x",
      "sets AUTH_SECRT, which is not a setting and has no effect; did you mean AUTH_SECRET?",
    ],
    [
      "auth_secret=x",
      "sets auth_secret, which is not a setting and has no effect; did you mean AUTH_SECRET?",
    ],
    [
      "VIEWERURL=x",
      "sets VIEWERURL, which is not a setting and has no effect; did you mean VIEWER_URL?",
    ],
    [
      "FRAMERATE=5",
      "sets FRAMERATE, which is not a setting and has no effect; did you mean FRAME_RATE?",
    ],
    ["DATABASE_URL=x", "sets DATABASE_URL, which is not a setting and has no effect"],
    [
      "PORT=1\nAUTH_SECRET abc",
      'has no "=" after AUTH_SECRET in line 2, so that line has no effect',
    ],
    [
      "AUTH_SECRET=correct#horse",
      'has a value of AUTH_SECRET that ends before "#"; put the value in quotes if "#" belongs to it',
    ],
  ])("with %j is reported", (text, mistake) => {
    expect(parseEnvFile(utf8(text))?.mistakes).toEqual([mistake]);
  });

  it.each([
    "PORT=80 # a comment",
    'AUTH_SECRET="correct#horse"',
    "# AUTH_SECRT=x",
    "DISPLAY=:1\nHTTPS_PROXY=http://proxy:3128",
    "ROOM=",
  ])("with %j is in order", (text) => {
    expect(parseEnvFile(utf8(text))?.mistakes).toEqual([]);
  });
});
