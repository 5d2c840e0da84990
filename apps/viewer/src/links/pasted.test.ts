import { describe, expect, it } from "vitest";
import { readPasted } from "./pasted.ts";

const PAGE = { origin: "https://screen.example", path: "/" };
const base64Url = (text: string) => Buffer.from(text).toString("base64url");
/** As a relay signs them; its signature is 43 characters long. */
const TOKEN = [
  base64Url('{"alg":"HS256"}'),
  base64Url('{"role":"viewer","room":"demo","exp":4000000000}'),
  base64Url("?".repeat(32)),
].join(".");
const read = (text: string) => readPasted(text, PAGE);
const here = (more: object) => ({
  kind: "here",
  room: "main",
  token: undefined,
  relay: undefined,
  anyRelay: false,
  ...more,
});

describe("readPasted", () => {
  it("reads a link to this page: its token, room and relay", () => {
    expect(read("https://screen.example/#room=demo&token=a.b.c")).toEqual(
      here({ room: "demo", token: "a.b.c" }),
    );
    expect(read("https://screen.example#token=a.b.c")).toEqual(here({ token: "a.b.c" }));
    expect(read("HTTPS://Screen.Example/?x=1#relay=wss%3A%2F%2Fb.example")).toEqual(
      here({ relay: "wss://b.example" }),
    );
  });

  it("reads what mail programs make of one", () => {
    expect(read(" <https://screen.example/#room=demo&\n token=a.b\n.c>\n")).toEqual(
      here({ room: "demo", token: "a.b.c" }),
    );
    expect(read("#room%3Ddemo%26token%3Da.b.c")).toEqual(here({ room: "demo", token: "a.b.c" }));
  });

  it("finds a link among other words, and one without its https://", () => {
    const demo = here({ room: "demo", token: "a.b.c" });
    for (const text of [
      "Watch: https://screen.example/#room=demo&token=a.b.c, please",
      "“https://screen.example/#room=demo&token=a.b.c”",
      "(https://screen.example/#room=demo&token=a.b.c)",
      "https://screen.example:443/#room=demo&token=a.b.c see you",
      "screen.example/#room=demo&token=a.b.c",
      "screen.example#room=demo&token=a.b.c",
      "#stats=1&room=demo&token=a.b.c",
    ]) {
      expect([text, read(text)]).toEqual([text, demo]);
    }
  });

  it("undoes what programs do to links that they pass on (P-95)", () => {
    const link = `https://screen.example/#room=demo&token=${TOKEN}`;
    const half = `https://screen.example/#room=demo&token=${TOKEN.slice(0, 70)}`;
    const rest = TOKEN.slice(70);
    const handed: Readonly<Record<string, string>> = {
      "in HTML source": link.replace("&", "&amp;"),
      "in HTML source, twice": link.replace("&", "&amp;amp;"),
      "as a link in HTML": `<a href="${link.replace("&", "&#38;")}">the screen</a>`,
      "its # escaped": link.replace("#", "%23"),
      "escaped twice": encodeURIComponent(encodeURIComponent(link)),
      "as a query": link.replace("#", "?"),
      "with a stop of another script": `${link}。`,
      "with a zero-width space": `${link}\u200b`,
      "with a soft hyphen": `${link.slice(0, 60)}\u00ad${link.slice(60)}`,
      "between direction marks": `\u2066${link}\u2069`,
      "in Slack's brackets": `<${link}|the screen>`,
      "in Markdown": `[the screen](${link})`,
      "in bold": `**${link}**`,
      "in italics": `_${link}_`,
      "as code": `\`${link}\``,
      "in JSON": JSON.stringify({ link }).replaceAll("/", "\\/"),
      "broken by a mail program": `${half}\r\n${rest}\r\nSee you`,
      "broken, the line's end a space": `${half} ${rest} see you`,
      "quoted in a reply": `> ${half}\n> ${rest}`,
      "broken within the host's name": link.replace("screen.", "scr\neen."),
      "broken between its fields": link.replace("&", "\n&"),
      "quoted-printable": `${half.replaceAll("m=", "m=3D").replaceAll("n=", "n=3D")}=\r\n${rest}`,
      "behind Safe Links": `https://nam02.safelinks.protection.outlook.com/?url=${encodeURIComponent(link)}&data=05%7C02&reserved=0`,
      "behind Google": `https://www.google.com/url?q=${encodeURIComponent(link)}&sa=D&ust=1`,
      "behind a path": `https://secure-web.example/1abc/${encodeURIComponent(link)}`,
      "behind URL Defense": `https://urldefense.com/v3/__${link.replace("#", "*")}__;Iw!!abc!def$`,
      "behind the older URL Defense": `https://urldefense.proofpoint.com/v2/url?u=${link
        .replace(/[^\w./-]|_|-/g, (c) => `-${c.charCodeAt(0).toString(16).toUpperCase()}`)
        .replaceAll("/", "_")}&d=DwMF`,
      "with a tracker behind it": `${link}?utm_source=mail`,
      "with a tracker in front": link.replace("#", "?ref=https%3A%2F%2Fmail.example#"),
      "among what `pnpm mint` prints": `Token: ${TOKEN}\nLink:  ${link}\nValid until tomorrow`,
      "after a link to another page": `https://other.example/#room=x&token=a.b.c or ${link}`,
    };
    const demo = { kind: "here", room: "demo", token: TOKEN, relay: undefined };
    for (const [how, text] of Object.entries(handed)) {
      expect([how, read(text)]).toEqual([how, expect.objectContaining(demo)]);
    }
  });

  it("reads a token alone, for the room that it names on the chosen relay", () => {
    const alone = here({ room: "demo", token: TOKEN, anyRelay: true });
    for (const text of [TOKEN, `Bearer ${TOKEN}`, `${TOKEN.slice(0, 50)}\n${TOKEN.slice(50)}.`]) {
      expect(read(text)).toEqual(alone);
    }
  });

  it("reports that a link was cut short, and uses no part of its token", () => {
    for (const kept of [30, 90, TOKEN.length - 5]) {
      const text = `https://screen.example/#room=demo&token=${TOKEN.slice(0, kept)}…`;
      expect(read(text)).toMatchObject({
        kind: "nothing",
        problem: expect.stringMatching(/cut short/),
      });
    }
  });

  it("ignores tokens behind another address, whatever surrounds them", () => {
    for (const text of [
      `https://urldefense.com/v3/__https://other.example/*token=${TOKEN}__;Iw!!`,
      `https://other.example/(#token=${TOKEN}`,
      `https://screen.example/?url=https%3A%2F%2Fother.example%2F%23token=${TOKEN}`,
      `https://other.example/?url=https%3A%2F%2Fother.example%2F%23token%3D${TOKEN}`,
      `wss://screen.example/#token=${TOKEN}`,
      `https://oth\ner.example/#token=${TOKEN}`,
      `https://other.example/${TOKEN}`,
    ]) {
      expect([text, read(text).kind]).not.toEqual([text, "here"]);
    }
  });

  it("reads the part behind the # alone, and a room name", () => {
    expect(read("room=demo&token=a.b.c")).toEqual(here({ room: "demo", token: "a.b.c" }));
    expect(read("demo")).toEqual(here({ room: "demo", anyRelay: true }));
  });

  it("does not use the token of a link to another page, which is opened there", () => {
    for (const address of [
      "https://other.example/#room=demo&token=a.b.c",
      "http://screen.example/#token=a.b.c",
      "https://screen.example:444/#token=a.b.c",
      "https://screen.example/other#token=a.b.c",
      "https://screen.example.evil/#token=a.b.c",
      "https://screen.example@evil.example/#token=a.b.c",
    ]) {
      expect(read(address)).toMatchObject({ kind: "elsewhere", address });
    }
    for (const text of [
      "other.example/#room=demo&token=a.b.c",
      "other.example:8000#token=a.b.c",
      "[::1]:8000/#token=a.b.c",
      "other.example/?x=1&token=a.b.c",
      "Watch: https://other.example/#room=demo&token=a.b.c",
    ]) {
      expect([text, read(text).kind]).toEqual([text, "elsewhere"]);
    }
  });

  it("shows where a link to another page really leads", () => {
    for (const address of [
      "https://screen.example@evil.example/#room=demo",
      "https://evil.example\\@screen.example/#room=demo",
      "https://EVIL.example:443/#room=demo",
    ]) {
      expect(read(address)).toMatchObject({ kind: "elsewhere", host: "evil.example" });
    }
  });

  it("reports a problem with anything else, and never leads to a script", () => {
    for (const bad of [
      "",
      "  ",
      "a room",
      "ä",
      "x".repeat(65),
      "javascript:alert(1)",
      "data:text/html,x",
      "#room=a/b",
      "https://screen.example/#room=%zz",
      "wss://relay.example",
      "javascript:alert(1)//#room=x",
      "wss://other.example/#room=demo&token=a.b.c",
      "intent://other.example/#room=demo&token=a.b.c",
      "https://",
      "see #room=demo",
      "#",
    ]) {
      expect([bad, read(bad).kind]).toEqual([bad, "nothing"]);
    }
  });
});
