/** The relay holds little for a client that requests much and reads nothing, and a client that reads slowly receives everything. */
import { randomBytes } from "node:crypto";
import { frame, OPCODE, RawSocket } from "@screen-share/protocol/testing/raw-socket";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunningRelay } from "../src/relay.ts";
import { get, liveRelay } from "./live-relay.ts";

const MB = 2 ** 20;
/** What the buffers of a connection may hold, on both sides and in the kernel. */
const BUFFERS = 12 * MB;

const bytes = randomBytes(4 * MB);
const headers = { "Content-Type": "application/octet-stream" };

let relay: RunningRelay;
beforeAll(async () => {
  relay = await liveRelay(
    {},
    new Map([["/large", { bytes, gzip: undefined, etag: '"1"', headers }]]),
  );
});
afterAll(() => relay.close(1012, "test over"));

const request = (method: string, more = "") =>
  `${method} /large HTTP/1.1\r\nHost: localhost:${relay.port}\r\n${more}\r\n`;

it("a file that is larger than any socket's buffers arrives completely", async () => {
  const [one, two] = await Promise.all([get(relay, "/large"), get(relay, "/large")]);
  expect(one.body.equals(bytes)).toBe(true);
  expect(two.body.equals(bytes)).toBe(true);
});

it("it also arrives at a client that starts to read late, and the connection can be reused", async () => {
  const raw = await RawSocket.open(relay.port);
  raw.socket.pause();
  raw.write(request("GET"));
  await get(relay, "/healthz");
  raw.socket.resume();
  await raw.until(() => raw.bytes.length > bytes.length);
  const body = raw.bytes.subarray(raw.bytes.indexOf("\r\n\r\n") + 4);
  expect(body.equals(bytes)).toBe(true);
  raw.write(request("GET"));
  await raw.until(() => raw.bytes.length > 2 * bytes.length);
  expect(raw.statuses).toEqual([200, 200]);
  raw.destroy();
});

it.each([
  ["GET", ""],
  ["HEAD", ""],
  ["GET", 'If-None-Match: "1"\r\n'],
])("%s requests whose replies are not read close their connection: %j", async (method, more) => {
  const raw = await RawSocket.open(relay.port);
  raw.socket.pause();
  const count = Math.ceil(BUFFERS / 100);
  raw.write(request(method, more).repeat(count));
  await get(relay, "/healthz");
  raw.socket.resume();
  await raw.closed;
  expect(raw.bytes.length).toBeLessThan(BUFFERS);
  expect((await get(relay, "/healthz")).status).toBe(200);
});

it("replies without a body state its length, and close the connection", async () => {
  const head = await get(relay, "/large", {}, "HEAD");
  expect(head).toMatchObject({ status: 200, headers: { "content-length": String(bytes.length) } });
  expect(head.body).toHaveLength(0);
  const raw = await RawSocket.open(relay.port);
  raw.write(request("GET", 'If-None-Match: "1"\r\n'));
  await raw.until(() => raw.text.includes("\r\n\r\n"));
  expect(raw.statuses).toEqual([304]);
  expect(raw.text).toContain("\r\nConnection: close\r\n");
  raw.destroy();
});

it.each([
  ["pings", OPCODE.ping],
  ["pongs", OPCODE.pong],
])("endless %s close the connection, even before hello (4429, P-89)", async (_, opcode) => {
  const raw = await RawSocket.upgraded(relay.port, { path: "/ws/viewer" });
  raw.socket.pause();
  raw.write(
    Buffer.concat(new Array<Buffer>(20_000).fill(frame({ opcode, payload: "x".repeat(125) }))),
  );
  await get(relay, "/healthz");
  raw.socket.resume();
  await raw.until(() => raw.frames.some((each) => each.opcode === OPCODE.close));
  expect(raw.closeCode).toBe(4429);
  expect(raw.frames.length).toBeLessThan(100);
  raw.destroy();
});
