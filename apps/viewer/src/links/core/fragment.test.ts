import { MAX_TOKEN_LENGTH } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { readFragment, writeFragment } from "./fragment.ts";

const roomOf = (fragment: string) => readFragment(fragment).room;
const tokenOf = (fragment: string) => readFragment(fragment).token;
const restOf = (fragment: string) => readFragment(fragment).rest;

describe("a link's room", () => {
  it("is found among other fields, in any place", () => {
    expect(roomOf("#room=a-b_9")).toBe("a-b_9");
    expect(roomOf("token=x&room=demo")).toBe("demo");
    expect(roomOf("#room=one&room=two")).toBe("one");
  });

  it("is main where none is named", () => {
    for (const none of ["", "#", "#room=", "#token=x", "#bedroom=x"]) {
      expect(roomOf(none)).toBe("main");
    }
  });

  it("is refused if no room may be called so", () => {
    for (const bad of ["a b", "a%20b", "ä", "a/b", "x".repeat(65), "%", "%zz"]) {
      expect(roomOf(`#room=${bad}`)).toBeUndefined();
    }
  });
});

describe("a link's relay", () => {
  const relayOf = (fragment: string) => readFragment(fragment).relay;

  it("is what stands there, escaped or not", () => {
    expect(relayOf("#relay=wss://a.example&room=x")).toBe("wss://a.example");
    expect(relayOf("#room=x&relay=wss%3A%2F%2Fa.example%3A8443")).toBe("wss://a.example:8443");
    expect(relayOf("#room=x")).toBeUndefined();
    expect(relayOf("#relay=")).toBe("");
  });
});

describe("a link", () => {
  it("is bare if it says nothing of where to go", () => {
    for (const bare of ["", "#", "#embed=1", "#room=", "#x"]) {
      expect(readFragment(bare).bare).toBe(true);
    }
    for (const said of ["#room=x", "#room=a/b", "#token=x", "#token=%zz", "#relay=x", "#relay="]) {
      expect(readFragment(said).bare).toBe(false);
    }
  });

  it("may want the picture alone, on black or on what is behind it", () => {
    const optionsOf = (fragment: string) => readFragment(fragment).options;
    expect(optionsOf("#embed=1")).toMatchObject({ embedded: true, transparent: false });
    expect(optionsOf("#room=x&embed=1&background=transparent")).toMatchObject({
      embedded: true,
      transparent: true,
    });
    for (const none of ["", "#embed=0", "#embed", "#background=transparent", "#noembed=1"]) {
      expect(optionsOf(none)).toMatchObject({ embedded: false, transparent: false });
    }
  });

  it("may want the statistics open", () => {
    const wanted = (fragment: string) => readFragment(fragment).options.statistics;
    expect(["#stats=1", "#room=x&stats=1", "#stats=0", "#stats", ""].map(wanted)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("a link's token", () => {
  it("is found in any place, the first if there are two", () => {
    expect(tokenOf("#room=main&token=ey.J_-9.z")).toBe("ey.J_-9.z");
    expect(tokenOf("token=a&embed=1&token=b")).toBe("a");
    for (const none of ["", "#", "#token=", "#token", "#room=token=x", "#mytoken=x"]) {
      expect(tokenOf(none)).toBeUndefined();
    }
  });

  it("is dropped if no relay would read it", () => {
    const longest = "x".repeat(MAX_TOKEN_LENGTH);
    expect(tokenOf(`#token=${longest}`)).toBe(longest);
    for (const bad of [`${longest}x`, "a b", "a+b", "a/b", "a=", "%zz", "%", "ä", "<script>"]) {
      expect(tokenOf(`#token=${bad}`)).toBeUndefined();
      expect(restOf(`#token=${bad}`)).toBe("");
    }
  });

  it("leaves the fragment, and nothing else does", () => {
    expect(restOf("#room=main&token=a.b.c")).toBe("#room=main");
    expect(restOf("#token=a&room=demo&token=b&embed=1&x=%20&&y")).toBe(
      "#room=demo&embed=1&x=%20&&y",
    );
    for (const whole of ["", "#room=a%20b", "#embed=1&room=x", "#token", "#%zz%", "#a%26b"]) {
      expect(restOf(whole)).toBe(whole);
    }
  });

  it("is taken out of sight, and of use, in a link of absurd length", () => {
    const { room, token, rest, bare } = readFragment(
      `#room=demo&token=a.b.c&x=${"&".repeat(20_000)}`,
    );
    expect({ room, token, rest, bare }).toEqual({
      room: "main",
      token: undefined,
      rest: "",
      bare: true,
    });
  });

  it("is found where the link was escaped on its way", () => {
    const { room, token, rest } = readFragment("#room%3Ddemo%26token%3Da%2Eb.c&embed=1");
    expect({ room, token, rest }).toEqual({
      room: "demo",
      token: "a.b.c",
      rest: "#room=demo&embed=1",
    });
    expect(readFragment("#%74oken=abc")).toMatchObject({ token: "abc", rest: "" });
  });

  it("never stays, whatever stands around it", () => {
    for (const before of [
      "",
      "&",
      "%",
      "%zz",
      "%26",
      "=",
      "#",
      "token",
      "token=%",
      "room=&room=",
    ]) {
      for (const after of [
        "",
        "&",
        "%2",
        "%26token%3Dsecret",
        "&token=secret",
        "\u0000",
        "\ud800",
      ]) {
        const { rest } = readFragment(`#${before}&token=secret${after}`);
        expect(rest).not.toContain("secret");
        expect(readFragment(rest)).toMatchObject({ token: undefined, rest });
      }
    }
  });
});

describe("writeFragment", () => {
  it("writes what readFragment reads: the room, the relay, and how the page is to look", () => {
    for (const relay of [undefined, "wss://b.example"]) {
      for (const embedded of [false, true]) {
        for (const statistics of [false, true]) {
          const options = { embedded, transparent: embedded, statistics };
          const written = writeFragment({ room: "demo", relay, options });
          expect(readFragment(written)).toMatchObject({ room: "demo", relay, options });
        }
      }
    }
  });

  it("names nothing that goes without saying", () => {
    const options = { embedded: false, transparent: false, statistics: false };
    expect(writeFragment({ room: "main", relay: undefined, options })).toBe("#room=main");
  });
});
