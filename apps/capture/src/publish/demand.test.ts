import { beforeEach, describe, expect, it } from "vitest";
import type { FakeConnection } from "../../test/fake-relay.ts";
import { eachOnStage, until } from "../../test/publisher-stage.ts";

const on = eachOnStage();

describe("demand (P-27)", () => {
  let connection: FakeConnection;
  beforeEach(async () => {
    on().start();
    connection = await on().relay.welcomed();
    await connection.receive("status");
  });

  it("gives no turn while nobody watches, and one at once when somebody does", async () => {
    const session = await on().publish();
    connection.demand(0);
    await until(() => on().log.lines.some((line) => line.includes("nobody watches")));
    let turns = 0;
    const turn = on()
      .publisher.turn()
      .then(() => turns++);
    connection.ack(1);
    await until(() => session.idle);
    expect(turns).toBe(0);
    connection.demand(2);
    await turn;
  });

  it("takes a relay that does not tell how many watch for one that is watched", async () => {
    connection.terminate();
    const other = await on().relay.connection();
    await other.receive("hello");
    other.send({ type: "welcome", room: "main", viewerLink: "/" });
    expect(await on().publisher.turn()).toBeDefined();
  });
});
