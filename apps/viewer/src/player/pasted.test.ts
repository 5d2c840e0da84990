import { describe, expect, it } from "vitest";
import { readPasted } from "./pasted.ts";

const PAGE = { origin: "https://screen.example", path: "/" };
const read = (text: string) => readPasted(text, PAGE);
const here = (more: object) => ({
  kind: "here",
  room: "main",
  token: undefined,
  relay: undefined,
  ...more,
});

describe("readPasted", () => {
  it("takes a link to this page, its token, room and relay", () => {
    expect(read("https://screen.example/#room=demo&token=a.b.c")).toEqual(
      here({ room: "demo", token: "a.b.c" }),
    );
    expect(read("https://screen.example#token=a.b.c")).toEqual(here({ token: "a.b.c" }));
    expect(read("HTTPS://Screen.Example/?x=1#relay=wss%3A%2F%2Fb.example")).toEqual(
      here({ relay: "wss://b.example" }),
    );
  });

  it("takes what mail programs make of one", () => {
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

  it("takes the part behind the # alone, and a room's name", () => {
    expect(read("room=demo&token=a.b.c")).toEqual(here({ room: "demo", token: "a.b.c" }));
    expect(read("demo")).toEqual(here({ room: "demo" }));
  });

  it("takes no token of a link to another page: it is opened there", () => {
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
      "Watch: https://other.example/#room=demo&token=a.b.c",
    ]) {
      expect([text, read(text).kind]).toEqual([text, "elsewhere"]);
    }
  });

  it("says where a link to another page leads, however it is dressed up", () => {
    for (const address of [
      "https://screen.example@evil.example/#room=demo",
      "https://evil.example\\@screen.example/#room=demo",
      "https://EVIL.example:443/#room=demo",
    ]) {
      expect(read(address)).toMatchObject({ kind: "elsewhere", host: "evil.example" });
    }
  });

  it("says what is wrong with anything else, and leads to no script", () => {
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
      "other.example/?x=1&token=a.b.c",
      "https://",
      "see #room=demo",
      "#",
    ]) {
      expect([bad, read(bad).kind]).toEqual([bad, "nothing"]);
    }
  });
});
