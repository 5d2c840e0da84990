/** What every adapter does with HTTP requests and whole replies. */
import { createServer } from "node:net";
import { connect } from "@screen-share/protocol/testing/client";
import { OPCODE, RawSocket } from "@screen-share/protocol/testing/raw-socket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { get } from "../../test/live-relay.ts";
import { ADAPTERS, RecordingServer } from "../../test/recording-server.ts";
import { textReply } from "../http/reply.ts";

/** Whether the build of uWebSockets.js is the older one. */
const NODE_20 = process.versions.node.startsWith("20.");

describe.each(ADAPTERS)("HTTP on %s", (name, startServer) => {
  let server: RecordingServer;
  beforeAll(async () => {
    server = await RecordingServer.start(startServer);
  });
  afterAll(() => server.close());

  const request = (more = "", method = "GET", path = "/x") =>
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;

  describe("a whole reply", () => {
    it("has its status, its headers and its body", async () => {
      server.answer = () => ({ status: 403, headers: { "X-Word": "one" }, body: "größer" });
      const got = await get(server, "/some/path?q=a%20b", { "X-Asked": "two" });
      expect(got).toMatchObject({ status: 403, headers: { "x-word": "one" } });
      expect(got.headers["content-length"]).toBe("8");
      expect(got.body.toString()).toBe("größer");
      const asked = server.requests.at(-1);
      expect(asked).toMatchObject({ method: "GET", path: "/some/path" });
      expect(asked?.query.get("q")).toBe("a b");
      expect(asked?.headers.get("x-asked")).toBe("two");
    });

    it("is also sent on a reused connection", async () => {
      server.answer = ({ path }) => textReply(200, path);
      const raw = await RawSocket.open(server.port);
      raw.write(request("", "GET", "/one"));
      await raw.until(() => raw.text.endsWith("/one\n"));
      raw.write(request("", "GET", "/two"));
      await raw.until(() => raw.text.endsWith("/two\n"));
      expect(raw.statuses).toEqual([200, 200]);
      raw.destroy();
    });

    it("to HEAD has the length of its body but no body, and closes the connection", async () => {
      server.answer = () => textReply(200, "four");
      const raw = await RawSocket.open(server.port);
      raw.write(request("", "HEAD"));
      await raw.until(() => raw.text.includes("\r\n\r\n"));
      expect(raw.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(raw.text).toMatch(/\r\ncontent-length: 5\r\n/i);
      expect(raw.text).toMatch(/\r\nconnection: close\r\n/i);
      expect(raw.text).toMatch(/\r\n\r\n$/);
      expect(server.requests.at(-1)?.method).toBe("HEAD");
      raw.destroy();
    });

    it("with status 304 has the length of the body that is not sent", async () => {
      server.answer = () => ({ status: 304, headers: { ETag: '"1"' }, bodyLength: 77 });
      const raw = await RawSocket.open(server.port);
      raw.write(request());
      await raw.until(() => raw.text.includes("\r\n\r\n"));
      expect(raw.text).toMatch(/^HTTP\/1\.1 304 Not Modified\r\n/);
      expect(raw.text).toMatch(/\r\ncontent-length: 77\r\n/i);
      expect(raw.text).toMatch(/\r\n\r\n$/);
      raw.destroy();
    });

    it("joins headers that are repeated", async () => {
      server.answer = () => textReply(200, "");
      const raw = await RawSocket.open(server.port);
      raw.write(request("X-Hop: 1\r\nx-hop: 2\r\n"));
      await raw.until(() => raw.statuses.length > 0);
      expect(server.requests.at(-1)?.headers.get("x-hop")).toBe("1, 2");
      raw.destroy();
    });

    it("may be made later, and is dropped if the client has disconnected", async () => {
      const waiting: (() => void)[] = [];
      server.answer = async () => {
        await new Promise<void>((go) => waiting.push(go));
        server.notify();
        return textReply(200, "late");
      };
      const gone = await RawSocket.open(server.port);
      gone.write(request());
      const patient = get(server, "/patient");
      while (waiting.length < 2) await new Promise((next) => setTimeout(next, 5));
      gone.destroy();
      for (const go of waiting.splice(0)) go();
      expect((await patient).body.toString()).toBe("late\n");
    });

    it("is sent to each of several pipelined requests, in order", async () => {
      server.answer = ({ path }) => textReply(200, path);
      const raw = await RawSocket.open(server.port);
      raw.write(["/a", "/b", "/c"].map((path) => request("", "GET", path)).join(""));
      await raw.until(() => raw.text.endsWith("/c\n"));
      expect([...raw.text.matchAll(/\n(\/\w)\n/g)].map(([, path]) => path)).toEqual([
        "/a",
        "/b",
        "/c",
      ]);
      raw.destroy();
    });
  });

  describe("a request with a body", () => {
    it.each([
      "Content-Length: 4\r\n\r\nbody",
      "Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
      "Content-Length: 4, 4\r\n\r\nbody",
      "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
      "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      "Content-Length: +4\r\n\r\nbody",
      "Content-Length: 0004\r\n\r\nbody",
    ])("is replied to with Connection: close, which ends its connection: %j", async (rest) => {
      server.answer = () => textReply(405, "Only GET and HEAD are answered here.");
      for (const method of ["POST", "GET"]) {
        const raw = await RawSocket.open(server.port);
        raw.write(`${method} /x HTTP/1.1\r\nHost: localhost\r\n${rest}`);
        await raw.closed;
        expect(raw.text).toMatch(/^HTTP\/1\.1 (400|405) /);
        expect(raw.text).toMatch(/\r\nconnection: close\r\n/i);
      }
    });
  });

  it("a request with many header lines is answered", async () => {
    server.answer = () => textReply(200, "fine");
    const many = (count: number) =>
      request(Array.from({ length: count }, (_, i) => `X-${i}: y\r\n`).join(""));
    // uWebSockets.js accepts 98. Above that, its build for Node 20 closes the connection, and others send a reason.
    for (const count of name === "uws" && NODE_20 ? [90] : [90, 99, 120, 400]) {
      const raw = await RawSocket.open(server.port);
      raw.write(many(count));
      await raw.until(() => raw.statuses.length > 0);
      expect([count, raw.statuses]).toEqual([count, [name === "uws" && count > 90 ? 431 : 200]]);
      raw.destroy();
    }
  });

  it("a request of HTTP/1.0 is answered", async () => {
    server.answer = () => textReply(200, "fine");
    const raw = await RawSocket.open(server.port);
    raw.write("GET /healthz HTTP/1.0\r\n\r\n");
    await raw.closed;
    // uWebSockets.js replies only that it does not support it.
    expect(raw.text).toMatch(
      name === "uws" ? /^HTTP\/1\.1 505 [\s\S]*HTTP\/1\.0/ : /^HTTP\/1\.1 200 [\s\S]*fine/,
    );
  });

  it("a connection without a file descriptor is closed, and all others continue", async () => {
    server.answer = () => textReply(200, "fine");
    await server.until(() => server.descriptors.http === 0);
    const kept = await RawSocket.open(server.port);
    await get(server, "/x");
    server.descriptors.left = 1;
    const socket = await connect(server, "/ws/viewer");
    for (let i = 0; i < 20; i++) {
      const refused = await RawSocket.open(server.port);
      await refused.closed;
      expect(refused.bytes).toHaveLength(0);
    }
    kept.write(request());
    await kept.until(() => kept.statuses.length > 0);
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
    server.descriptors.left = Number.POSITIVE_INFINITY;
    expect((await get(server, "/x")).status).toBe(200);
    kept.destroy();
    socket.socket.terminate();
    await server.until(() => server.descriptors.http === 0);
  });

  it("a connection that sends nothing, or half a request, is closed", async () => {
    const silent = await RawSocket.open(server.port);
    const half = await RawSocket.open(server.port);
    half.write("GET /x HTTP/1.1\r\nHost: ");
    await Promise.all([silent.closed, half.closed]);
  });
});

/** A server of another program, and its port. */
async function listening() {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  return { other, port: typeof address === "object" && address ? address.port : 0 };
}

async function freePort(): Promise<number> {
  const { other, port } = await listening();
  await new Promise((closed) => other.close(closed));
  return port;
}

describe.each(ADAPTERS)("the server of %s", (_, startServer) => {
  it("reports in plain words that its port is taken", async () => {
    const { other, port } = await listening();
    await expect(RecordingServer.start(startServer, { port })).rejects.toThrow(
      `port ${port} of 127.0.0.1 is taken already`,
    );
    other.close();
  });

  it("closes every connection with the code, and frees its port", async () => {
    const port = await freePort();
    const server = await RecordingServer.start(startServer, { port });
    const clients = [await connect(server, "/ws/viewer"), await connect(server, "/ws/producer")];
    const idle = await RawSocket.open(port);
    const silent = await RawSocket.upgraded(port, { path: "/ws/viewer" });
    await server.close(1012, "restarting");
    for (const client of clients) {
      expect(await client.closed).toEqual({ code: 1012, reason: "restarting" });
    }
    // It never replies to the close frame.
    await silent.closed;
    expect(silent.closeCode).toBe(1012);
    expect(silent.frames.map(({ opcode }) => opcode)).toEqual([OPCODE.close]);
    await idle.closed;
    expect(server.sessions.map(({ end }) => end?.code)).toEqual([1012, 1012, 1012]);
    const again = await RecordingServer.start(startServer, { port });
    expect(again.port).toBe(port);
    await again.close();
  });
});
