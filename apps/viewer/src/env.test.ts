import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

beforeEach(() => vi.resetModules());
afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** The relays of a page that is built with these settings. */
async function relaysOf(list: string | undefined, vercel?: string): Promise<unknown> {
  vi.stubEnv("NEXT_PUBLIC_RELAY_URL", list);
  vi.stubEnv("VERCEL", vercel);
  // Other tests of this process may have loaded them.
  vi.resetModules();
  const { BUILT_RELAYS } = await import("./links/relays.ts");
  return BUILT_RELAYS;
}

describe("NEXT_PUBLIC_RELAY_URL", () => {
  it("lists the relays that the page may dial", async () => {
    expect(await relaysOf("https://relay.example.com, ws://localhost:8080")).toEqual([
      { name: "https://relay.example.com", url: "wss://relay.example.com/ws/viewer" },
      { name: "ws://localhost:8080", url: "ws://localhost:8080/ws/viewer" },
    ]);
  });

  it("may be missing if the relay serves the page, but not on Vercel", async () => {
    expect(await relaysOf(undefined)).toBeUndefined();
    await expect(relaysOf(undefined, "1")).rejects.toThrow(/is not set, and Vercel .* wss:\/\//);
  });

  it("fails the build if it is not a list of addresses", async () => {
    await expect(relaysOf("relay.example.com")).rejects.toThrow(
      /NEXT_PUBLIC_RELAY_URL is unusable/,
    );
  });
});
