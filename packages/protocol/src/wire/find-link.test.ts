import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findLink } from "./find-link.ts";
import { MAX_LINK_TEXT_LENGTH, writeLink } from "./link.ts";

const PAGE = "https://screen.example/";
const isHere = (address: string) => address.replace(/^HTTPS/, "https") === PAGE;
const find = (text: string) => findLink(text, { isHere });
const base64Url = (text: string) => Buffer.from(text).toString("base64url");
const tokenFor = (claims: object, signature = "?".repeat(32)) =>
  ["alg", claims, signature]
    .map((part) => base64Url(typeof part === "string" ? part : JSON.stringify(part)))
    .join(".")
    .replace(/^[^.]+/, base64Url('{"alg":"HS256"}'));
const TOKEN = tokenFor({ role: "viewer", room: "demo", exp: 4_000_000_000 });
const LINK = writeLink(PAGE, { room: "demo", token: TOKEN });

describe("a written link", () => {
  it("is found again, whatever its fields and the surrounding text", () => {
    const room = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    const token = fc
      .tuple(
        fc.dictionary(fc.string(), fc.string()),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
      )
      .map(([claims, bytes]) => {
        const [head, body] = tokenFor(claims).split(".");
        return `${head}.${body}.${Buffer.from(bytes).toString("base64url")}`;
      });
    const relay = fc.constantFrom(undefined, "wss://b.example", "https://b.example:8443/x");
    const around = fc.constantFrom(
      ["", ""],
      ["See: ", "."],
      ["<", ">"],
      ["(", ")"],
      ["“", "”"],
      ["[x](", ")"],
      ["\n> ", "\n> Bye"],
      ["\u2066", "\u2069"],
      ['{"a":"', '"}'],
    );
    fc.assert(
      fc.property(fc.record({ room, token, relay }), around, (fields, [before, after]) => {
        expect(find(before + writeLink(PAGE, fields) + after)).toMatchObject({
          ...fields,
          here: true,
          cutOff: false,
        });
      }),
    );
  });
});

describe("a link in other text", () => {
  it("is joined again wherever its token was broken over lines", () => {
    const begin = LINK.indexOf(TOKEN);
    for (let at = begin + 1; at < LINK.length; at++) {
      for (const gap of ["\r\n", " ", "\n> ", "=\n", "\n\t"]) {
        const text = `${LINK.slice(0, at)}${gap}${LINK.slice(at)}${gap[0]} and more`;
        expect([at, gap, find(text)?.token]).toEqual([at, gap, TOKEN]);
      }
    }
  });

  it("is found however often it was escaped, up to three times", () => {
    let text = LINK;
    for (let times = 0; times < 3; times++) {
      text = encodeURIComponent(text);
      expect([times, find(text)]).toEqual([
        times,
        expect.objectContaining({ room: "demo", token: TOKEN, here: true }),
      ]);
    }
  });

  it("does not include words that follow its token", () => {
    expect(find(`${PAGE}#token=a.b.c see you`)?.token).toBe("a.b.c");
    expect(find(`${LINK} see you`)?.token).toBe(TOKEN);
    expect(find(`${LINK}_`)?.token).toBe(TOKEN);
    // One character more is another token, and a wrong one.
    expect(find(`${LINK}x`)?.token).toBe(`${TOKEN}x`);
  });

  it("is reported as cut off if the end of its token is missing, without any part of it", () => {
    const begin = LINK.indexOf(TOKEN);
    const cut = (length: number, ellipsis: string) =>
      find(LINK.slice(0, begin + length) + ellipsis);
    for (const length of [12, 40, TOKEN.lastIndexOf(".") - 1, TOKEN.length - 1]) {
      for (const ellipsis of ["…", "...", " …"]) {
        expect(cut(length, ellipsis)).toMatchObject({ cutOff: true, token: undefined });
      }
    }
    expect(cut(40, "")).toMatchObject({ cutOff: true, token: undefined, room: "demo" });
    expect(cut(TOKEN.length, "…")).toMatchObject({ cutOff: false, token: TOKEN });
  });

  it("gives its fields to the innermost address, and to no other (P-95)", () => {
    const other = writeLink("https://other.example/", { room: "demo", token: TOKEN });
    const around = (link: string) => [
      `${PAGE}?url=${encodeURIComponent(link)}`,
      `${PAGE}?url=${encodeURIComponent(encodeURIComponent(link))}`,
      `${PAGE}?url=${link.replace("#", "%23")}`,
      `https://a.example/?q=${encodeURIComponent(link)}&token=x.y.z`,
      `https://urldefense.com/v3/__${link.replace("#", "*")}__;Iw!!`,
    ];
    for (const text of around(other)) {
      expect([text, find(text)]).toEqual([
        text,
        expect.objectContaining({ here: false, address: "https://other.example/" }),
      ]);
    }
    for (const text of around(LINK)) {
      expect([text, find(text)]).toEqual([
        text,
        expect.objectContaining({ here: true, token: TOKEN }),
      ]);
    }
  });

  it("is not found in a text without one, or in a text that is too long", () => {
    for (const text of ["", "room", "a room=", "ftp://screen.example/#token=a.b.c", "eyJx", "%"]) {
      expect([text, find(text)?.token]).toEqual([text, undefined]);
    }
    expect(find(LINK.padEnd(MAX_LINK_TEXT_LENGTH, " "))?.token).toBe(TOKEN);
    expect(find(LINK.padEnd(MAX_LINK_TEXT_LENGTH + 1, " "))).toBeUndefined();
  });
});

describe("a token", () => {
  it("alone is a link to the room that it names", () => {
    expect(find(TOKEN)).toMatchObject({
      here: true,
      address: undefined,
      token: TOKEN,
      room: "demo",
    });
    const elsewhere = tokenFor({ room: "a room" });
    expect(find(elsewhere)).toMatchObject({ token: elsewhere, room: undefined });
    expect(find(`https://other.example/${TOKEN}`)?.token).toBeUndefined();
  });
});

it("any text is read without an error, with the same result each time (P-95)", () => {
  const hostile = fc.constantFrom(
    ..."&#?;=%<>( \n>.!-_…\u200b".split(""),
    ...["http://", "token=", "room=", "eyJ", "&amp;", "%25", "relay=https://", TOKEN],
  );
  const repeated = fc
    .tuple(fc.array(hostile, { minLength: 1, maxLength: 4 }), fc.nat(2000))
    .map(([unit, times]) => unit.join("").repeat(times).slice(0, MAX_LINK_TEXT_LENGTH));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(hostile).map((units) => units.join("")),
        repeated,
      ),
      (text) => {
        const found = find(text);
        expect(find(text)).toEqual(found);
        if (found?.token) expect(found.token).toMatch(/^[\w.-]+$/);
      },
    ),
    { numRuns: 200 },
  );
});
