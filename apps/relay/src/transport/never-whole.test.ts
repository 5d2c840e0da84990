/** What every adapter does with messages that never arrive completely (P-8). */

import { connect } from "@screen-share/protocol/testing/client";
import { frame, OPCODE, RawSocket } from "@screen-share/protocol/testing/raw-socket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADAPTERS, RecordingServer } from "../../test/recording-server.ts";
import { UNFINISHED } from "./limits.ts";

const MB = 2 ** 20;
/**
 * One adapter counts bytes. The other gives strangers places for the longest message and compares memory with the limit, which must
 * therefore be above what other tests in the same process need.
 */
const LIMITS: Readonly<Record<string, { message: number; unfinished: number }>> = {
  uws: { message: 128 * MB, unfinished: 512 * MB },
  ws: { message: MB, unfinished: 4 * MB },
};
/** The part of a message that a stranger sends. */
const SENT = 0.9 * MB;
const STRANGERS = 8;
const PRODUCER = "/ws/producer";

describe.each(ADAPTERS)("unfinished messages on %s", (name, startServer) => {
  const { message = 0, unfinished = 0 } = LIMITS[name] ?? {};
  let server: RecordingServer;
  beforeAll(async () => {
    server = await RecordingServer.start(startServer, {
      maxBytes: { producer: message, viewer: 1000 },
      maxUnfinishedBytes: unfinished,
    });
  });
  afterAll(() => server.close());

  it.each([
    ["one frame", true],
    ["fragments", false],
  ])(
    "of strangers, in %s, are bounded together without disconnecting an admitted client",
    async (_case, whole) => {
      const honest = await connect(server, PRODUCER);
      const kept = server.newest;
      kept.admitted = true;
      const before = server.sessions.length;
      const payload = Buffer.alloc(SENT);
      const begun = whole
        ? Buffer.concat([frame({ opcode: OPCODE.binary, claimedLength: MB }), payload])
        : frame({ opcode: OPCODE.binary, payload, final: false });
      const raws = await Promise.all(
        Array.from({ length: STRANGERS }, () =>
          RawSocket.upgraded(server.port, { path: PRODUCER }),
        ),
      );
      for (const raw of raws) raw.write(begun);
      const ended = () => server.sessions.slice(before).filter(({ end }) => end).length;
      await server.until(() => ended() >= STRANGERS - unfinished / message);
      expect(kept.end).toBeUndefined();
      honest.socket.send(Buffer.alloc(MB));
      await server.until(() => kept.messages.length === 1);
      for (const raw of raws) raw.destroy();
      honest.socket.terminate();
      await server.until(() => ended() === STRANGERS && kept.end !== undefined);
    },
  );

  it("are no longer counted when complete, or when their clients have disconnected", async () => {
    const before = server.sessions.length;
    for (let i = 0; i < 6; i++) {
      const client = await connect(server, PRODUCER);
      const session = server.newest;
      session.admitted = true;
      client.socket.send(Buffer.alloc(MB));
      await server.until(() => session.messages.length === 1);
      session.messages.length = 0;
      const raw = await RawSocket.upgraded(server.port, { path: PRODUCER });
      await server.until(() => server.newest !== session);
      const other = server.newest;
      other.admitted = true;
      raw.write(frame({ opcode: OPCODE.binary, payload: Buffer.alloc(SENT), final: false }));
      raw.write(frame({ opcode: OPCODE.ping, payload: "here" }));
      await raw.until(() => raw.frames.length > 0);
      raw.destroy();
      await server.until(() => other.end !== undefined);
      client.socket.terminate();
    }
    const reasons = server.sessions.slice(before).map(({ end }) => end?.reason);
    expect(reasons).not.toContain(UNFINISHED);
  });
});
