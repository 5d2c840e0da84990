import { describe, expect, it } from "vitest";
import { liveRelay } from "../../test/live-relay.ts";
import { parseConfig } from "../config.ts";
import { chooseTransport, type Runtime, whyNot } from "./choose.ts";

const FINE: Runtime = { platform: "linux", arch: "x64", node: "24.1.0", glibc: "2.41" };
const missing = () =>
  Promise.reject(new Error("This version supports only …\n\nError: Cannot find module 'x'"));

describe("choosing a transport", () => {
  it("takes uWebSockets.js if it loads", async () => {
    const startServer = () => Promise.reject(new Error("never called"));
    expect(await chooseTransport("auto", () => Promise.resolve(startServer))).toEqual({
      startServer,
    });
  });

  it("falls back to ws if it does not, and reports in one line why and what is lost", async () => {
    const { loss } = await chooseTransport("auto", missing, { ...FINE, glibc: "2.36" });
    expect(loss).toBe(
      "uWebSockets.js does not load (on Node 24 it needs glibc 2.38 or newer, and this system has 2.36): the relay runs on ws, which serves the same clients and needs more CPU for many viewers",
    );
    const unknown = await chooseTransport("auto", missing, FINE);
    expect(unknown.loss).toContain("(Error: Cannot find module 'x')");
    expect(unknown.loss).not.toContain("\n");
  });

  it("never falls back from a requested library", async () => {
    await expect(chooseTransport("uws", missing, FINE)).rejects.toThrow(
      "uWebSockets.js does not load (Error: Cannot find module 'x'); set TRANSPORT=auto or ws",
    );
    expect((await chooseTransport("ws", missing)).loss).toBeUndefined();
  });

  it.each<[Partial<Runtime>, string | undefined]>([
    [{}, undefined],
    [{ node: "20.19.0", glibc: "2.36" }, undefined],
    [{ node: "22.1.0", glibc: "2.35" }, "on Node 22 it needs glibc 2.38 or newer"],
    [{ node: "26.0.0", glibc: "2.31" }, "on Node 26 it needs glibc 2.38 or newer"],
    [{ node: "25.0.0" }, "it has no build for Node 25; use Node 20, 22, 24, 26"],
    [{ node: "23.3.0" }, "it has no build for Node 23"],
    [{ glibc: undefined }, "it needs glibc"],
    [{ arch: "riscv64" }, "it has no build for linux on riscv64"],
    [{ platform: "win32", arch: "arm64", glibc: undefined }, "it has no build for win32 on arm64"],
    [{ platform: "win32", glibc: undefined }, undefined],
    [{ platform: "darwin", arch: "arm64", glibc: undefined }, undefined],
    [{ platform: "freebsd", glibc: undefined }, "it has no build for freebsd"],
  ])("knows systems without a build: %j", (changed, reason) => {
    if (reason === undefined) expect(whyNot({ ...FINE, ...changed })).toBeUndefined();
    else expect(whyNot({ ...FINE, ...changed })).toContain(reason);
  });

  it("is a setting", async () => {
    expect(parseConfig({}).TRANSPORT).toBe("auto");
    expect(() => parseConfig({ TRANSPORT: "udp" })).toThrow("TRANSPORT must be auto, uws, ws");
    const relay = await liveRelay({ TRANSPORT: "ws" });
    const answer = await fetch(`http://localhost:${relay.port}/healthz`);
    // node:http sends a date, uWebSockets.js does not.
    expect(answer.headers.get("date")).not.toBeNull();
    await relay.close(1012, "test over");
  });
});
