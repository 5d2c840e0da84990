import { describe, expect, it } from "vitest";
import { MAX_TOKEN_LENGTH } from "./constants.ts";
import { readLink, roomLink, shareLink, writeLink } from "./link.ts";

const PAGE = "https://screen.example/";
const read = (fragment: string) => readLink(`${PAGE}${fragment}`);
const roomOf = (fragment: string) => read(fragment).room;
const tokenOf = (fragment: string) => read(fragment).token;
/** The fragment of the link as it may be shown. */
const restOf = (fragment: string) => read(fragment).shown.slice(PAGE.length);

describe("a link's room", () => {
  it("is found among other fields, in any place", () => {
    expect(roomOf("#room=a-b_9")).toBe("a-b_9");
    expect(roomOf("#token=x&room=demo")).toBe("demo");
    expect(roomOf("#room=one&room=two")).toBe("one");
  });

  it("is undefined if none is named", () => {
    for (const none of ["", "#", "#room=", "#token=x", "#bedroom=x"]) {
      expect(roomOf(none)).toBeUndefined();
    }
  });

  it("is what stands there, even if no room can have that name", () => {
    for (const bad of ["a b", "a%20b", "ä", "a/b", "x".repeat(65), "%", "%zz"]) {
      expect(roomOf(`#room=${bad}`)).toBe(bad);
    }
  });
});

describe("a link's relay", () => {
  const relayOf = (fragment: string) => read(fragment).relay;

  it("is what stands there, escaped or not", () => {
    expect(relayOf("#relay=wss://a.example&room=x")).toBe("wss://a.example");
    expect(relayOf("#room=x&relay=wss%3A%2F%2Fa.example%3A8443")).toBe("wss://a.example:8443");
    expect(relayOf("#room=x")).toBeUndefined();
    expect(relayOf("#relay=")).toBe("");
  });
});

describe("a link's options", () => {
  it("are the fields that control how the page looks, the first of each name", () => {
    expect(read("#room=x&stats=1&embed=1&background=transparent").options).toEqual([
      "embed=1",
      "background=transparent",
      "stats=1",
    ]);
    expect(read("#embed=0&embed=1").options).toEqual(["embed=0"]);
    for (const none of ["", "#embed", "#noembed=1", "#stats"]) {
      expect(read(none).options).toEqual([]);
    }
  });
});

describe("a link's token", () => {
  it("is found in any place, the first if there are two", () => {
    expect(tokenOf("#room=main&token=ey.J_-9.z")).toBe("ey.J_-9.z");
    expect(tokenOf("#token=a&embed=1&token=b")).toBe("a");
    for (const none of ["", "#", "#token=", "#token", "#room=token=x", "#mytoken=x"]) {
      expect(read(none)).toMatchObject({ token: undefined, hasToken: false });
    }
  });

  it("is dropped if no relay would read it", () => {
    const longest = "x".repeat(MAX_TOKEN_LENGTH);
    expect(tokenOf(`#token=${longest}`)).toBe(longest);
    for (const bad of [`${longest}x`, "a b", "a+b", "a/b", "a=", "%zz", "%", "ä", "<script>"]) {
      expect(read(`#token=${bad}`)).toMatchObject({ token: undefined, hasToken: true });
      expect(restOf(`#token=${bad}`)).toBe("");
    }
  });

  it("is not in the link that may be shown, and everything else is", () => {
    expect(restOf("#room=main&token=a.b.c")).toBe("#room=main");
    expect(restOf("#token=a&room=demo&token=b&embed=1&x=%20&&y")).toBe(
      "#room=demo&embed=1&x=%20&&y",
    );
    for (const whole of ["", "#room=a%20b", "#embed=1&room=x", "#token", "#%zz%", "#a%26b"]) {
      expect(restOf(whole)).toBe(whole);
    }
  });

  it("is neither shown nor used in a link of absurd length", () => {
    const { room, token, hasToken, shown } = read(`#room=demo&token=a.b.c&x=${"&".repeat(20_000)}`);
    expect({ room, token, hasToken, shown }).toEqual({
      room: undefined,
      token: undefined,
      hasToken: false,
      shown: PAGE,
    });
  });

  it("is found if the link was escaped in transit", () => {
    const { room, token } = read("#room%3Ddemo%26token%3Da%2Eb.c&embed=1");
    expect({ room, token }).toEqual({ room: "demo", token: "a.b.c" });
    expect(restOf("#room%3Ddemo%26token%3Da%2Eb.c&embed=1")).toBe("#room=demo&embed=1");
    expect(tokenOf("#%74oken=abc")).toBe("abc");
    expect(restOf("#%74oken=abc")).toBe("");
  });

  it("never stays, whatever surrounds it", () => {
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
        const rest = restOf(`#${before}&token=secret${after}`);
        expect(rest).not.toContain("secret");
        expect(tokenOf(rest)).toBeUndefined();
        expect(restOf(rest)).toBe(rest);
      }
    }
  });
});

describe("writeLink", () => {
  it("adds the fields that are given to the address and its own fields (P-90)", () => {
    expect(writeLink(PAGE, {})).toBe(PAGE);
    expect(writeLink(PAGE, { room: "a", relay: "wss://b.example", token: "x.y.z" })).toBe(
      `${PAGE}#room=a&relay=wss://b.example&token=x.y.z`,
    );
    expect(writeLink(`${PAGE}#relay=wss://b.example`, { room: "a", options: ["embed=1"] })).toBe(
      `${PAGE}#relay=wss://b.example&room=a&embed=1`,
    );
  });

  it("writes what readLink reads: the room, the relay, the token and how the page looks", () => {
    for (const relay of [undefined, "wss://b.example"]) {
      for (const options of [[], ["embed=1"], ["embed=1", "background=transparent", "stats=1"]]) {
        for (const token of [undefined, "a.b.c"]) {
          const fields = { room: "demo", relay, options, token };
          expect(readLink(writeLink(PAGE, fields))).toMatchObject(fields);
        }
      }
    }
  });
});

describe("roomLink", () => {
  it("names the room unless it is the default room, without a token", () => {
    expect(roomLink(PAGE, { room: "a", token: "t" })).toBe(`${PAGE}#room=a&token=t`);
    expect(roomLink(PAGE, { room: "main", token: "t" })).toBe(`${PAGE}#room=main&token=t`);
    expect(roomLink(PAGE, { room: "a" })).toBe(`${PAGE}#room=a`);
    expect(roomLink(PAGE, { room: "main" })).toBe(PAGE);
    expect(roomLink("/", { room: "main" })).toBe("/");
  });

  it("keeps the fields of the page's address", () => {
    const naming = `${PAGE}#relay=wss://b.example`;
    expect(roomLink(naming, { room: "a", token: "t" })).toBe(`${naming}&room=a&token=t`);
    expect(roomLink(naming, { room: "main" })).toBe(naming);
  });
});

describe("shareLink", () => {
  it("opens the same room, with the same token", () => {
    for (const rest of ["", "#", "#room=studio", "#room=studio&embed=1"]) {
      const { room, token } = readLink(shareLink(`https://screen.example/${rest}`, "a.b.c"));
      expect({ room, token }).toEqual({
        room: rest.includes("room") ? "studio" : undefined,
        token: "a.b.c",
      });
    }
  });

  it("is the address where no token is needed", () => {
    expect(shareLink("http://localhost:8000/#room=a", undefined)).toBe(
      "http://localhost:8000/#room=a",
    );
  });

  it("leaves out how the page looks, which is for its owner alone", () => {
    const link = shareLink("https://screen.example/#stats=1&room=studio&relay=wss://a", "t");
    expect(link).toBe("https://screen.example/#room=studio&relay=wss://a&token=t");
    expect(shareLink("https://screen.example/#stats=1", undefined)).toBe("https://screen.example/");
  });
});
