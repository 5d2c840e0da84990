/** What every adapter does with streams, and with clients that do not read their replies. */

import { RawSocket } from "@screen-share/protocol/testing/raw-socket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { get } from "../../test/live-relay.ts";
import { ADAPTERS, RecordingServer } from "../../test/recording-server.ts";
import type { StreamSink } from "../core/mjpeg-viewer.ts";

describe.each(ADAPTERS)("HTTP on %s", (_, startServer) => {
  let server: RecordingServer;
  beforeAll(async () => {
    server = await RecordingServer.start(startServer);
  });
  afterAll(() => server.close());

  const request = () => "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

  describe("a stream", () => {
    /** Replies with a stream. @returns its sink, and the calls of its source */
    function streaming() {
      const calls = { drained: 0, ended: 0 };
      let begun: (sink: StreamSink) => void = () => undefined;
      const sink = new Promise<StreamSink>((resolve) => {
        begun = resolve;
      });
      server.answer = () => ({
        status: 200,
        headers: { "Content-Type": "text/x-stream" },
        begin: (given) => {
          begun(given);
          return {
            drained: () => {
              calls.drained++;
              server.notify();
            },
            ended: () => {
              calls.ended++;
              server.notify();
            },
            summary: { kind: "test" },
          };
        },
      });
      return { sink, calls };
    }

    it("is written piece by piece, and ends when its source ends it", async () => {
      const before = server.streamed.length;
      const { sink, calls } = streaming();
      const got = get(server, "/stream");
      const open = await sink;
      expect(open.write(Buffer.from("one"))).toBe(true);
      expect(open.write(Buffer.from("two"))).toBe(true);
      open.end();
      expect(open.write(Buffer.from("three"))).toBe(false);
      expect((await got).body.toString()).toBe("onetwo");
      expect((await got).headers["content-type"]).toBe("text/x-stream");
      expect(calls).toEqual({ drained: 0, ended: 0 });
      expect(server.streamed.slice(before)).toEqual([{ kind: "test" }]);
    });

    it("never begins in reply to HEAD, which has only headers", async () => {
      const { calls } = streaming();
      const got = await get(server, "/stream", {}, "HEAD");
      expect(got).toMatchObject({ status: 200, headers: { "content-type": "text/x-stream" } });
      expect(calls).toEqual({ drained: 0, ended: 0 });
    });

    it("is notified when its client disconnects", async () => {
      const before = server.streamed.length;
      const { sink, calls } = streaming();
      const raw = await RawSocket.open(server.port);
      raw.write(request());
      const open = await sink;
      raw.destroy();
      await server.until(() => calls.ended === 1);
      expect(open.write(Buffer.from("late"))).toBe(false);
      expect(server.streamed.slice(before)).toEqual([{ kind: "test" }]);
    });

    it("is notified when a slow client has taken everything, and loses nothing", async () => {
      const { sink, calls } = streaming();
      const raw = await RawSocket.open(server.port);
      raw.socket.pause();
      raw.write(request());
      const open = await sink;
      const piece = Buffer.alloc(2 ** 20, "x");
      let pieces = 0;
      do pieces++;
      while (open.write(piece));
      expect(calls.drained).toBe(0);
      raw.socket.resume();
      await server.until(() => calls.drained > 0);
      expect(open.write(Buffer.from("END"))).toBe(true);
      await raw.until(() => raw.text.includes("END"));
      expect(raw.text.split("x").length - 1).toBeGreaterThanOrEqual(pieces * piece.length);
      raw.destroy();
    });
  });

  describe("a client that does not read", () => {
    it("gets a large body completely once it reads", async () => {
      const body = Buffer.alloc(8 * 2 ** 20, 3);
      server.answer = () => ({ status: 200, headers: {}, body });
      const raw = await RawSocket.open(server.port);
      raw.socket.pause();
      raw.write(request());
      await get(server, "/other");
      raw.socket.resume();
      await raw.until(() => raw.bytes.length > body.length);
      expect(raw.bytes.subarray(raw.bytes.indexOf("\r\n\r\n") + 4).equals(body)).toBe(true);
      raw.destroy();
    });

    it("is disconnected if it sends more requests", async () => {
      const body = Buffer.alloc(8 * 2 ** 20, 3);
      server.answer = () => ({ status: 200, headers: {}, body });
      const raw = await RawSocket.open(server.port);
      raw.socket.pause();
      raw.write(request().repeat(50));
      await get(server, "/other");
      raw.socket.resume();
      await raw.closed;
      expect(raw.bytes.length).toBeLessThan(2 * body.length);
    });
  });
});
