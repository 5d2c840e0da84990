/** Limits on clients without a verified token, by the address that a trusted proxy reports, and on their origins. */
import { encodeControl } from "@screen-share/protocol";
import { type Client, connect } from "@screen-share/protocol/testing/client";
import { OPCODE, RawSocket } from "@screen-share/protocol/testing/raw-socket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningRelay } from "../src/relay.ts";
import { get, liveRelay } from "./live-relay.ts";
import { PRODUCER_ID } from "./participants.ts";
import { handMade, SECRET } from "./tokens.ts";

let relay: RunningRelay;
beforeAll(async () => {
  const files = new Map([
    [
      "/page.txt",
      { bytes: Buffer.from("page"), gzip: undefined, etag: '"1"', headers: { "X-Page": "1" } },
    ],
  ]);
  const env = { AUTH_SECRET: SECRET, TRUST_PROXY: "x-forwarded-for" };
  relay = await liveRelay(env, files);
});
afterAll(() => relay.close(1012, "test over"));

let addresses = 0;
/** An address that no other client has. */
const anAddress = () => `198.51.100.${++addresses}`;
const from = (address: string) => ({ "x-forwarded-for": address });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function codeOf(path: string, headers: Record<string, string>): Promise<number> {
  const client = await connect(relay, path, { plain: true, headers });
  return (await client.closed).code;
}

/** Fails 20 times, in different ways. */
async function wearOut(address: string): Promise<void> {
  for (let i = 0; i < 5; i++) {
    expect((await get(relay, "/snapshot.jpg", from(address))).status).toBe(401);
    expect((await get(relay, "/stream.mjpeg?token=x.y.z", from(address))).status).toBe(401);
    expect(await codeOf("/ws/viewer", from(address))).toBe(4401);
    const viewer = await connect(relay, "/ws/viewer", { headers: from(address) });
    viewer.socket.send(encodeControl({ type: "hello", room: "main", token: "bad" }));
    expect((await viewer.closed).code).toBe(4401);
  }
}

describe("an address that has failed 20 times (P-86)", () => {
  it("gets 429 and 4429, but its valid tokens are still accepted", async () => {
    const address = anAddress();
    await wearOut(address);
    expect((await get(relay, "/snapshot.jpg", from(address))).status).toBe(429);
    expect(await codeOf("/ws/viewer", from(address))).toBe(4429);
    expect(await codeOf("/ws/producer", from(address))).toBe(4429);
    const good = { ...from(address), ...bearer(handMade()) };
    expect((await get(relay, "/snapshot.jpg", good)).status).toBe(404);
    const viewer = await connect(relay, "/ws/viewer", { headers: from(address) });
    viewer.socket.send(encodeControl({ type: "hello", room: "main", token: handMade() }));
    await viewer.until(() => viewer.text.length > 0);
    expect(viewer.text[0]).toContain("welcome");
  });

  it("is the last hop, since the client may have written the others", async () => {
    const address = anAddress();
    await wearOut(`${anAddress()}, ${address}`);
    const others = [`${address}, ${anAddress()}`, anAddress()];
    for (const told of others) {
      expect((await get(relay, "/snapshot.jpg", from(told))).status).toBe(401);
    }
    const told = `${anAddress()}, ${anAddress()},${address}`;
    expect((await get(relay, "/snapshot.jpg", from(told))).status).toBe(429);
  });

  it("still gets the page and /healthz", async () => {
    const address = anAddress();
    await wearOut(address);
    for (let i = 0; i < 50; i++) {
      expect((await get(relay, "/healthz", from(address))).status).toBe(200);
      expect((await get(relay, "/page.txt", from(address))).body.toString()).toBe("page");
    }
  });

  it("is never this machine if no proxy is trusted", async () => {
    const trusting = await liveRelay({ AUTH_SECRET: SECRET });
    for (let i = 0; i < 40; i++) {
      expect((await get(trusting, "/snapshot.jpg", from("192.0.2.1"))).status).toBe(401);
    }
    await trusting.close(1012, "");
  });
});

describe("clients that have not sent hello (P-7)", () => {
  async function silent(path: string, headers: Record<string, string>): Promise<Client> {
    return await connect(relay, path, { headers });
  }

  const isOpen = ({ socket }: Client) => socket.readyState === socket.OPEN;

  it("are limited to 2 producers per address and 32 in total, until their hello", async () => {
    const address = anAddress();
    const [one] = [
      await silent("/ws/producer", from(address)),
      await silent("/ws/producer", from(address)),
    ];
    const third = await silent("/ws/producer", from(address));
    expect(await third.closed).toMatchObject({ code: 4429 });
    expect(third.messages).toEqual([]);
    const token = handMade({ role: "producer", room: "lobby" });
    const hello = { type: "hello", room: "lobby", producerId: PRODUCER_ID, token } as const;
    one.socket.send(encodeControl(hello));
    await one.until(() => one.text.length > 0);
    const fourth = await silent("/ws/producer", from(address));
    const rest: Client[] = [];
    for (let i = 2; i < 32; i++) rest.push(await silent("/ws/producer", from(anAddress())));
    const last = await silent("/ws/producer", from(anAddress()));
    expect(await last.closed).toMatchObject({ code: 4429 });
    expect([fourth, ...rest].every(isOpen)).toBe(true);
    for (const { socket } of [fourth, ...rest]) socket.terminate();
    one.socket.terminate();
  });

  it("are limited to 100 viewers per address; one more closes only the oldest (4429)", async () => {
    const address = anAddress();
    const viewers = await Promise.all(
      Array.from({ length: 100 }, () => silent("/ws/viewer", from(address))),
    );
    const other = await silent("/ws/viewer", from(anAddress()));
    expect(viewers.every(isOpen)).toBe(true);
    viewers.push(await silent("/ws/viewer", from(address)));
    const evicted = await Promise.race(viewers.map(({ closed }) => closed));
    expect(evicted.code).toBe(4429);
    // The last of them may send hello.
    const late = viewers.at(-1);
    late?.socket.send(encodeControl({ type: "hello", room: "main", token: handMade() }));
    await late?.until(() => late.text.length > 0);
    expect(viewers.filter(isOpen)).toHaveLength(100);
    expect(isOpen(other)).toBe(true);
    for (const { socket } of [...viewers, other]) socket.terminate();
  });
});

describe("a refused client is sent nothing before the reason (P-4)", () => {
  it.each([
    ["/ws/viewer", true, {}],
    ["/ws/producer", true, {}],
    ["/ws/viewer", false, bearer("bad")],
    ["/ws/producer", false, bearer("bad")],
    ["/ws/viewer", true, bearer(handMade({ room: "other" }))],
  ] as const)("%s, plain %s, with %j", async (path, plain, headers) => {
    const raw = await RawSocket.upgraded(relay.port, { path, plain, headers });
    await raw.until(() => raw.frames.length > 0);
    expect(raw.frames.map(({ opcode }) => opcode)).toEqual([OPCODE.close]);
    expect([4401, 4403]).toContain(raw.closeCode);
    raw.destroy();
  });
});

describe("with ALLOWED_ORIGINS and a secret (P-88)", () => {
  it("pages of other origins get neither WebSockets nor pictures, with any token", async () => {
    const own = relay;
    relay = await liveRelay({ AUTH_SECRET: SECRET, ALLOWED_ORIGINS: "https://a.example" });
    const page = (origin: string) => ({ origin, ...bearer(handMade()) });
    const seen = {
      foreign: await codeOf("/ws/viewer", page("https://b.example")),
      null: await codeOf("/ws/viewer", page("null")),
      picture: (await get(relay, "/snapshot.jpg", page("https://b.example"))).status,
      stream: (await get(relay, "/stream.mjpeg", page("null"))).status,
      health: (await get(relay, "/healthz", page("https://b.example"))).status,
      allowed: (await get(relay, "/snapshot.jpg", page("https://a.example"))).status,
      none: (await get(relay, "/snapshot.jpg", bearer(handMade()))).status,
    };
    const allowed = await connect(relay, "/ws/viewer", {
      plain: true,
      headers: page("https://a.example"),
    });
    await allowed.until(() => allowed.text.length > 0);
    await relay.close(1012, "");
    relay = own;
    expect(seen).toEqual({
      foreign: 4403,
      null: 4403,
      picture: 403,
      stream: 403,
      health: 200,
      allowed: 404,
      none: 404,
    });
  });
});
