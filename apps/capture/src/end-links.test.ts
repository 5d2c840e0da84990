import { CLOSE } from "@screen-share/protocol";
import { directOpener } from "@screen-share/publish/node";
import { FakeRelay } from "@screen-share/publish/testing/fake-relay";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endLinks } from "./end-links.ts";

const identity = { producerId: "0123456789abcdef0123456789abcdef", generation: "new" };

let relay: FakeRelay;
beforeEach(async () => {
  relay = await FakeRelay.start();
});
afterEach(() => relay.stop());

const end = (token?: string) =>
  endLinks(
    { server: relay.url, room: "demo" },
    { open: directOpener({ server: relay.url, token }), identity },
  );

describe("ending all links (P-85)", () => {
  it("sends the relay a new generation, and then reports that it has stopped", async () => {
    const outcome = end("a-token");
    const connection = await relay.connection();
    expect(connection.headers.authorization).toBe("Bearer a-token");
    const hello = await connection.receive("hello");
    expect(hello).toMatchObject({ room: "demo", gen: "new", producerId: identity.producerId });
    connection.welcome();
    expect(await outcome).toHaveProperty("link", expect.stringMatching(/^http/));
    expect(await connection.receive("status")).toMatchObject({ state: "live" });
    expect(await connection.receive("status")).toMatchObject({ state: "stopped" });
    await connection.closed;
  });

  it("reports the reason if the relay refuses", async () => {
    const outcome = end();
    (await relay.connection()).close(CLOSE.unauthorized, "no token");
    expect(await outcome).toEqual({
      refusal: expect.stringMatching(/token/),
    });
  });
});
