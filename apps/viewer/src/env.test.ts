import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** What a build with these would have. */
async function relayUrl(url: string | undefined, vercel?: string): Promise<string | undefined> {
  vi.stubEnv("NEXT_PUBLIC_RELAY_URL", url);
  vi.stubEnv("VERCEL", vercel);
  const { RELAY_URL } = await import("./env.ts");
  return RELAY_URL;
}

describe("NEXT_PUBLIC_RELAY_URL", () => {
  it("is the relay that the page dials", async () => {
    expect(await relayUrl("https://relay.example.com")).toBe("wss://relay.example.com/ws/viewer");
  });

  it("may be missing where the relay serves the page, but not where the page is alone", async () => {
    expect(await relayUrl(undefined)).toBeUndefined();
    vi.resetModules();
    await expect(relayUrl(undefined, "1")).rejects.toThrow(/is not set, and Vercel .* wss:\/\//);
  });

  it("that is no address fails the build, and says so", async () => {
    await expect(relayUrl("relay.example.com")).rejects.toThrow(
      /NEXT_PUBLIC_RELAY_URL is unusable/,
    );
  });
});
