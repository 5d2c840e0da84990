import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { grabbed } from "../../test/source-suite.ts";
import { Xvfb } from "../../test/xvfb.ts";
import { X11Source } from "./x11.ts";
import { chooseKey, type KeyEntry, parseKeys } from "./x11-key.ts";

const now = () => performance.timeOrigin + performance.now();
const [INTERNET, INTERNET6, LOCAL, WILD] = [0, 6, 256, 65_535];
const METHOD = "MIT-MAGIC-COOKIE-1";

function written(keys: readonly KeyEntry[]): Buffer {
  return Buffer.concat(
    keys.flatMap(({ family, address, number, name, data }) => {
      const texts = [address, number, name, data].flatMap((text) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(text.length);
        return [length, Buffer.from(text, "latin1")];
      });
      const start = Buffer.alloc(2);
      start.writeUInt16BE(family);
      return [start, ...texts];
    }),
  );
}

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "screen-share-key-"));
  file = join(folder, "key");
});
afterEach(() => rm(folder, { recursive: true }));

function key(
  family: number,
  address: string,
  number: string,
  more: Partial<KeyEntry> = {},
): KeyEntry {
  return { family, address, number, name: METHOD, data: "0123456789abcdef", ...more };
}

describe("parseKeys", () => {
  const text = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
  });
  const keys = fc.array(
    fc.record({
      family: fc.nat(65_535),
      address: text,
      number: text,
      name: text,
      data: text,
    }),
  );

  it("reads what was written, and of a file that was cut off the entries before the cut", () => {
    fc.assert(
      fc.property(keys, fc.nat(), (all, cut) => {
        const content = written(all);
        expect(parseKeys(content)).toEqual(all);
        const some = parseKeys(content.subarray(0, cut % (content.length + 1)));
        expect(some).toEqual(all.slice(0, some.length));
      }),
    );
  });
});

describe("chooseKey", () => {
  const local = { number: 7, remoteAddress: undefined };
  it.each([
    ["this computer", key(LOCAL, "me", "7"), local],
    ["this computer, whatever the display", key(LOCAL, "me", ""), local],
    ["any computer", key(WILD, "", "7"), local],
    [
      "any computer, for a remote display",
      key(WILD, "x", "7"),
      { number: 7, remoteAddress: "10.0.0.2" },
    ],
    ["an IPv4 address", key(INTERNET, "\n\0\0\x02", "7"), { number: 7, remoteAddress: "10.0.0.2" }],
    [
      "an IPv6 address",
      key(INTERNET6, `\xfd${"\0".repeat(14)}\x01`, "7"),
      { number: 7, remoteAddress: "fd00::1" },
    ],
  ])("takes the key for %s, from among others", async (_, wanted, target) => {
    const others = [
      key(LOCAL, "me", "8"),
      key(LOCAL, "you", "7"),
      key(INTERNET, "\n\0\0\x03", "7"),
      key(LOCAL, "me", "7", { name: "XDM-AUTHORIZATION-1" }),
      key(WILD, "", "70"),
    ];
    await writeFile(file, written([...others, wanted]));
    expect((await chooseKey(file, target, "me")).key).toEqual(wanted);
    await writeFile(file, written(others));
    const { key: none, advice } = await chooseKey(file, target, "me");
    expect(none).toBeUndefined();
    expect(advice).toContain(
      `XAUTHORITY names ${file}, which holds keys for me/unix:8, you/unix:7`,
    );
  });

  it("reports what is wrong with the file, by its name, and never a key", async () => {
    const advice = async (name: string) => (await chooseKey(name, local, "me")).advice;
    expect(await advice(file)).toContain(`XAUTHORITY names ${file}, which does not exist.`);
    expect(await advice(folder)).toContain(
      `XAUTHORITY names ${folder}, which cannot be read (EISDIR).`,
    );
    await writeFile(file, "");
    expect(await advice(file)).toContain("holds no complete key, none for me/unix:7.");
    await writeFile(file, written([key(LOCAL, "old\u001bhost", "7", { data: "sesame" })]));
    expect(await advice(file)).toContain("holds keys for old?host/unix:7 only");
    await writeFile(file, written([key(LOCAL, "me", "7", { data: "sesame" })]));
    expect(await advice(file)).toContain("is not the server's.");
    expect(await advice(file)).not.toContain("sesame");
  });
});

describe("a display with a key", () => {
  const right = key(LOCAL, hostname(), "", { data: "a right key, 16b" });
  let xvfb: Xvfb;
  beforeEach(async () => {
    const serverKeys = join(folder, "server");
    await writeFile(serverKeys, written([right]));
    xvfb = await Xvfb.start("64x64", undefined, ["-auth", serverKeys]);
  });
  afterEach(() => xvfb.kill());

  function open(): X11Source {
    return new X11Source({ display: xvfb.display, now, xauthority: file });
  }

  it("opens with the right key, and with one that was made later", async () => {
    await writeFile(file, written([right]));
    await grabbed(open());
    await rm(file);
    const source = open();
    expect(await source.grab()).toMatchObject({ kind: "no-display" });
    await writeFile(file, written([right]));
    await grabbed(source);
  });

  it.each([
    ["no file", undefined],
    ["an empty file", []],
    ["a wrong key", [key(LOCAL, hostname(), "", { data: "a wrong key, 16b" })]],
    ["a key of another name of this computer", [key(LOCAL, "old-name", "")]],
  ])("names XAUTHORITY and the file where there is %s", async (_, keys) => {
    if (keys) await writeFile(file, written(keys));
    const failure = await open().grab();
    expect(failure).toMatchObject({ kind: "no-display" });
    expect(failure).toHaveProperty("reason", expect.stringContaining(`XAUTHORITY names ${file}`));
    expect(failure).toHaveProperty("reason", expect.stringMatching(/refused the connection: \w/));
  });
});
