import { describe, expect, it } from "vitest";
import { type LinkedPage, putLink, readLink, unreadLink } from "./link.ts";
import { parseRelays } from "./relays.ts";
import { repairLink } from "./repair.ts";
import { TabTokens } from "./tab-tokens.ts";

const RELAY = "wss://relay.example";
const [KNOWN] = parseRelays(RELAY);
const PLAIN = {
  bare: false,
  damage: undefined,
  options: { embedded: false, transparent: false, statistics: false },
};
const HERE = { relay: KNOWN, relayName: undefined, ...PLAIN };

class FakePage implements LinkedPage {
  readonly location: { href: string };
  readonly history = {
    state: { kept: true } as unknown,
    replaceState: (state: unknown, _: string, url?: string | URL | null) => {
      this.history.state = state;
      this.replaced.push(state);
      this.goTo(String(url));
    },
  };
  readonly replaced: unknown[] = [];
  opening: LinkedPage["opening"];

  constructor(href: string) {
    this.location = { href };
  }

  goTo(href: string): void {
    this.location.href = href;
  }
}

/** What a tab keeps over reloads; it can be blocked, or full. */
class FakeStorage {
  readonly items = new Map<string, string>();
  broken: "get" | "read" | "write" | undefined;

  readonly open = () => {
    if (this.broken === "get") throw new Error("SecurityError");
    return this;
  };

  getItem(key: string): string | null {
    if (this.broken === "read") throw new Error("SecurityError");
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.broken) throw new Error("QuotaExceededError");
    this.items.set(key, value);
  }
}

const open = (href: string, storage = new FakeStorage()) => {
  const page = new FakePage(href);
  const tokens = new TabTokens(storage.open);
  return {
    page,
    storage,
    tokens,
    read: (relays = RELAY) => readLink(page, parseRelays(relays), tokens),
    /** Reads it, and what is damaged of it, too, as the page does. */
    repair() {
      const relays = parseRelays(RELAY);
      const link = readLink(page, relays, tokens);
      const href = unreadLink(page);
      if (href === undefined) return link;
      const { fragment, damage } = repairLink(new URL(href));
      const repaired = new URL(page.location.href);
      repaired.hash = fragment;
      return putLink(page, { href: repaired.href, damage, relays }, tokens);
    },
  };
};

describe("readLink", () => {
  const linkOf = (fragment: string) => open(`https://h/${fragment}`).repair();

  it("leads to the room main if none is named, and to no room if its name is not valid", () => {
    for (const none of ["", "#", "#room=", "#token=x", "#bedroom=x"]) {
      expect([none, linkOf(none).room]).toEqual([none, "main"]);
    }
    for (const bad of ["a b", "a%20b", "ä", "a/b", "x".repeat(65), "%", "%zz"]) {
      expect([bad, linkOf(`#room=${bad}`).room]).toEqual([bad, undefined]);
    }
  });

  it("treats a link as bare if it names no destination", () => {
    for (const bare of ["", "#", "#embed=1", "#room=", "#x"]) {
      expect([bare, linkOf(bare).bare]).toEqual([bare, true]);
    }
    for (const named of ["#room=x", "#room=a/b", "#token=x", "#relay=x", "#relay="]) {
      expect([named, linkOf(named).bare]).toEqual([named, false]);
    }
  });

  it("may show the picture alone, on black or on the page around it", () => {
    expect(linkOf("#embed=1").options).toMatchObject({ embedded: true, transparent: false });
    expect(linkOf("#room=x&embed=1&background=transparent").options).toMatchObject({
      embedded: true,
      transparent: true,
    });
    for (const none of ["", "#embed=0", "#embed", "#background=transparent", "#noembed=1"]) {
      expect(linkOf(none).options).toMatchObject({ embedded: false, transparent: false });
    }
  });

  it("may open the statistics", () => {
    const opened = (fragment: string) => linkOf(fragment).options.statistics;
    expect(["#stats=1", "#room=x&stats=1", "#stats=0", "#stats", ""].map(opened)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("moves the token out of the address, and leaves everything else unchanged", () => {
    const { page, read } = open("https://h/p?q=1#embed=1&room=demo&token=a.b.c");
    const options = { embedded: true, transparent: false, statistics: false };
    expect(read()).toEqual({ ...HERE, options, room: "demo", token: "a.b.c" });
    expect(page.location.href).toBe("https://h/p?q=1#embed=1&room=demo");
    expect(page.replaced).toEqual([{ kept: true }]);
    expect(read()).toEqual({ ...HERE, options, room: "demo", token: "a.b.c" });
    expect(page.replaced).toHaveLength(1);
  });

  it("leaves no empty fragment behind, and no address that leads elsewhere", () => {
    const { page, read } = open("https://h//evil.example/#token=a");
    expect(read()).toEqual({ ...HERE, room: "main", token: "a" });
    expect(page.location.href).toBe("https://h//evil.example/");
  });

  it("knows the token after a reload, in this tab only", () => {
    const { storage, read } = open("https://h/#room=demo&token=a");
    read();
    expect(open("https://h/#room=demo", storage).read().token).toBe("a");
    expect(open("https://h/#room=demo").read().token).toBeUndefined();
  });

  it("gives each room its own token, the newest", () => {
    const { page, read } = open("https://h/#room=a&token=1");
    read();
    page.goTo("https://h/#room=b&token=2");
    expect(read().token).toBe("2");
    page.goTo("https://h/#room=a");
    expect(read().token).toBe("1");
    page.goTo("https://h/#room=a&token=3");
    expect(read().token).toBe("3");
    page.goTo("https://h/#room=c");
    expect(read().token).toBeUndefined();
  });

  it("does not call a link bare if the tab keeps a token for the default room", () => {
    const { read, storage } = open("https://h/#token=a");
    expect(read().bare).toBe(false);
    expect(open("https://h/", storage).read()).toMatchObject({ bare: false, token: "a" });
    expect(open("https://h/").read()).toMatchObject({ bare: true, token: undefined });
  });

  it("gives a token only to the relay that it was stored for", () => {
    const { read } = open("https://h/#token=a");
    expect(read().token).toBe("a");
    for (const other of [
      "wss://relay.example:444",
      "ws://relay.example",
      "wss://relay.example/behind",
    ]) {
      expect(read(other).token).toBeUndefined();
    }
  });

  it("keeps the token of a link for the relay that it names, if the page knows it", () => {
    const { page, storage, read } = open("https://h/#relay=wss://b.example&room=a&token=1");
    const both = `${RELAY},wss://b.example`;
    expect(read(both)).toMatchObject({ relay: { name: "wss://b.example" }, token: "1" });
    page.goTo("https://h/#room=a");
    expect(read(both)).toMatchObject({ relay: { name: RELAY }, token: undefined });
    page.goTo("https://h/#relay=wss://b.example&room=a");
    expect(read(both).token).toBe("1");
    expect(storage.items.size).toBe(1);
  });

  it("does not keep the token of a link to an unknown relay, but hides it", () => {
    const { page, storage, read } = open("https://h/#relay=wss://evil.example&token=1");
    expect(read()).toEqual({
      ...PLAIN,
      relay: undefined,
      relayName: "wss://evil.example",
      room: "main",
      token: undefined,
    });
    expect(page.location.href).toBe("https://h/#relay=wss://evil.example");
    expect(storage.items.size).toBe(0);
  });

  it("keeps no token of an invalid room, and no unreadable token", () => {
    const { page, storage, repair } = open("https://h/#room=a/b&token=x");
    expect(repair()).toEqual({ ...HERE, room: undefined, token: undefined });
    page.goTo("https://h/#room=a&token=%zz");
    expect(repair()).toEqual({ ...HERE, room: "a", token: undefined });
    expect(page.location.href).toBe("https://h/#room=a");
    expect(storage.items.size).toBe(0);
  });

  it("hides a damaged link at once, and goes where it leads once it is repaired (P-95)", () => {
    const token = `eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.${"x".repeat(43)}`;
    const fields = `room=demo&token=${token}`;
    for (const handed of [
      `%23${fields}`,
      `%2523room%3Ddemo%2526token%3D${token}`,
      `?${fields}`,
      `#${fields.replace("&", "&amp;")}`,
      `#${fields}.`,
      `#${fields}%22`,
      `#${fields}%E2%80%8B`,
      `#${fields}?utm_source=mail`,
      `#https://h/%23${fields}`,
    ]) {
      const { page, read, repair, storage } = open(`https://h/${handed}`);
      expect([handed, read().damage, read().damage]).toEqual([handed, "unread", "unread"]);
      expect(page.location.href).toBe("https://h/");
      expect(storage.items.size).toBe(0);
      const repaired = { ...HERE, room: "demo", token, damage: "repaired" };
      expect([handed, repair()]).toEqual([handed, repaired]);
      expect(page.location.href).toBe("https://h/#room=demo");
      expect(read()).toEqual(repaired);
      expect(JSON.stringify(page.history.state)).not.toContain(token);
    }
  });

  it("does not use the fields of another address, or an incomplete token", () => {
    const { repair } = open("https://h/?url=https%3A%2F%2Fother.example%2F%23token%3Da.b.c");
    expect(repair()).toEqual({ ...HERE, bare: true, room: "main", token: undefined });
    const cut = open("https://h/#room=demo&token=eyJhbGciOiJIUzI1NiJ9.eyJl%E2%80%A6").repair();
    expect(cut).toEqual({ ...HERE, room: "demo", token: undefined, damage: "cut-off" });
  });

  it("reads the link that the first script took out of the address, once", () => {
    const { page, read } = open("https://h/");
    page.opening = { link: "https://h/#room=demo&token=a.b.c", begun() {} };
    expect(read()).toEqual({ ...HERE, room: "demo", token: "a.b.c" });
    expect(page.location.href).toBe("https://h/#room=demo");
    page.goTo("https://h/#room=other");
    expect(read()).toEqual({ ...HERE, room: "other", token: undefined });
  });

  it("works as long as the page is open if nothing can be stored", () => {
    for (const broken of ["get", "read", "write"] as const) {
      const storage = new FakeStorage();
      storage.broken = broken;
      const { page, read } = open("https://h/#token=a", storage);
      expect(read().token).toBe("a");
      expect(page.location.href).toBe("https://h/");
      expect(read().token).toBe("a");
      expect(open("https://h/", storage).read().token).toBeUndefined();
      // A reload finds it in the state of the history's entry, which goes with the tab as a session does.
      expect(page.history.state).toEqual({ kept: true, link: "https://h/#token=a" });
    }
  });

  it("leaves nothing in the history's state if the token is stored", () => {
    const { page, read, storage } = open("https://h/#room=x&token=a");
    storage.broken = "write";
    read();
    expect(page.history.state).toMatchObject({ link: "https://h/#room=x&token=a" });
    storage.broken = undefined;
    page.goTo("https://h/#room=x&token=b");
    read();
    expect(page.history.state).toEqual({ kept: true });
  });

  it("prefers the newest token, whether or not it could be stored", () => {
    const { page, storage, read } = open("https://h/#token=old");
    read();
    storage.broken = "write";
    page.goTo("https://h/#token=new");
    expect(read().token).toBe("new");
    storage.broken = undefined;
    page.goTo("https://h/#token=newest");
    expect(read().token).toBe("newest");
    expect([...storage.items.values()]).toEqual(["newest"]);
  });
});
