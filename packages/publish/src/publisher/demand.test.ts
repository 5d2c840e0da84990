import { decodeUpdate, encodeControl } from "@screen-share/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import type { FakeConnection } from "../../test/fake-relay.ts";
import { eachOn, PICTURE, PublisherStage, until } from "../../test/publisher-stage.ts";

const on = eachOn(PublisherStage);

describe("demand (P-27)", () => {
  let connection: FakeConnection;
  beforeEach(async () => {
    on().start();
    connection = await on().relay.welcomed();
    await connection.receive("status");
  });

  it("gives no turn without viewers, and one at once when a viewer joins", async () => {
    const session = await on().publish();
    connection.demand(0);
    await until(() => on().log.lines.some((line) => line.includes("nobody is watching")));
    let turns = 0;
    const turn = on()
      .publisher.turn()
      .then(() => turns++);
    connection.ack(1);
    await until(() => session.sender.ackedCount === 1);
    expect(turns).toBe(0);
    connection.demand(2);
    await turn;
  });

  it("assumes viewers if a relay does not report how many there are", async () => {
    connection.terminate();
    const other = await on().relay.connection();
    await other.receive("hello");
    other.send({ type: "welcome", room: "main", viewerLink: "/" });
    expect(await on().publisher.turn()).toBeDefined();
  });
});

describe("a recording", () => {
  it("receives what was sent, and counts as a viewer while it continues", async () => {
    const sent: (string | Uint8Array)[] = [];
    const recorder = {
      recording: true,
      record: (message: string | Uint8Array) => sent.push(message),
    };
    on().start({ recorder });
    const connection = await on().relay.connection();
    await connection.receive("hello");
    connection.send({ type: "welcome", room: "main", viewerLink: "/" });
    connection.demand(0);
    await until(() => on().log.lines.includes("info: nobody is watching; the recording continues"));
    await on().publish();
    await on().publish({ tiles: [], keyframe: false });
    const shown = sent.map((message) =>
      typeof message === "string" ? message : decodeUpdate(message).keyframe,
    );
    const described = encodeControl({ type: "stream", epoch: 1, stream: PICTURE.stream });
    expect(shown).toEqual([described, true, false]);

    recorder.recording = false;
    let turns = 0;
    const turn = on()
      .publisher.turn()
      .then(() => turns++);
    const { sentAt } = await connection.skipTo("ping");
    connection.send({ type: "pong", sentAt, relayAt: sentAt });
    expect(turns).toBe(0);
    connection.demand(1);
    await turn;
  });

  it("does not receive what the socket did not accept", async () => {
    const sent: (string | Uint8Array)[] = [];
    on().start({ recorder: { recording: true, record: (message) => sent.push(message) } });
    const connection = await on().relay.welcomed();
    const session = await on().publish();
    connection.terminate();
    await on().relay.welcomed();
    await until(() => on().log.lines.length > 2);
    expect(session.publish(PICTURE, 0)).toBeUndefined();
    expect(sent).toHaveLength(2);
  });
});
