/** Checks the simulated link that other tests use: its rate and its latency. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ShapedLink } from "./support/link.ts";

const open: ShapedLink[] = [];
afterEach(() => Promise.all(open.splice(0).map((link) => link.stop())));

async function through(options: Partial<Parameters<typeof ShapedLink.start>[0]>) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const link = await ShapedLink.start({ port, ...options });
  open.push(link);
  const accepted = once(server, "connection");
  const near = connect(link.port, "127.0.0.1");
  const [far] = await accepted;
  server.close();
  // This test does not check how it ends.
  for (const end of [near, far]) end.on("error", () => undefined);
  return { link, near, far };
}

describe("a link", () => {
  it("delays each byte by the link's rate and latency", async () => {
    const { near, far } = await through({ down: { bytesPerSecond: 200_000, delayMs: 150 } });
    const startedAt = performance.now();
    let first = 0;
    let received = 0;
    far.write(Buffer.alloc(100_000));
    while (received < 100_000) {
      const [chunk] = await once(near, "data");
      first ||= performance.now() - startedAt;
      received += chunk.length;
    }
    expect(first).toBeGreaterThan(140);
    expect(performance.now() - startedAt).toBeGreaterThan(640);
  });

  it("makes a sender that sends too much wait, and loses nothing", async () => {
    const down = { bytesPerSecond: 10_000, delayMs: 0, queueBytes: 4096 };
    const { link, near, far } = await through({ down });
    near.resume();
    far.write(Buffer.alloc(32 * 2 ** 20));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(link.carried.down).toBeLessThan(40_000);
    expect(far.writableLength).toBeGreaterThan(0);
  });

  it("stalls on cue and loses nothing", async () => {
    const { link, near, far } = await through({});
    let received = 0;
    near.on("data", (chunk) => {
      received += chunk.length;
    });
    link.stall();
    far.write("while it is stalled");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(received).toBe(0);
    link.flow();
    while (received < 19) await once(near, "data");
    expect(received).toBe(19);
  });
});
