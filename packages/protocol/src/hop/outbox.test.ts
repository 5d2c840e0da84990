import { describe, expect, it } from "vitest";
import { Outbox, type SendOutcome } from "./outbox.ts";

/** A socket that returns the outcome that a test sets, and keeps what it accepted. */
class FakeOutlet {
  outcome: SendOutcome = "sent";
  heldBytes = 0;
  readonly taken: (Uint8Array | string)[] = [];
  tries = 0;

  send(message: Uint8Array | string): SendOutcome {
    this.tries++;
    if (this.outcome !== "dropped") this.taken.push(message);
    return this.outcome;
  }

  ping(payload: string): SendOutcome {
    return this.send(`ping ${payload}`);
  }
}

describe("Outbox", () => {
  it("gives a socket that is behind nothing more until it has drained", () => {
    const outlet = new FakeOutlet();
    const outbox = new Outbox(outlet);
    outlet.outcome = "buffered";
    outlet.heldBytes = 700;
    expect(outbox.send("first")).toBe(true);
    outlet.outcome = "sent";
    expect(outbox.send("second")).toBe(false);
    expect(outlet.tries).toBe(1);
    outbox.drained();
    expect(outbox.send("second")).toBe(true);
    expect(outlet.taken).toEqual(["first", "second"]);
    expect(outbox.mostHeldBytes).toBe(700);
  });

  it("reports a message that the socket dropped as not accepted", () => {
    const outlet = new FakeOutlet();
    const outbox = new Outbox(outlet);
    outlet.outcome = "dropped";
    expect(outbox.send("lost")).toBe(false);
    outlet.outcome = "sent";
    outbox.drained();
    expect(outlet.taken).toEqual([]);
  });

  it("sends only the newest message of each slot once the socket can take it", () => {
    const outlet = new FakeOutlet();
    const outbox = new Outbox<"count" | "status" | "ping">(outlet);
    outlet.outcome = "dropped";
    outbox.latest("count", "1");
    outbox.latest("status", "live");
    outbox.latest("ping", { ping: "7" });
    outbox.latest("count", "2");
    outlet.outcome = "sent";
    outbox.drained();
    expect(outlet.taken).toEqual(["live", "ping 7", "2"]);
    outbox.drained();
    expect(outlet.taken).toHaveLength(3);
  });

  it("keeps waiting messages while the socket falls behind again", () => {
    const outlet = new FakeOutlet();
    const outbox = new Outbox<"a" | "b" | "c">(outlet);
    outlet.outcome = "dropped";
    for (const slot of ["a", "b", "c"] as const) outbox.latest(slot, slot);
    outlet.outcome = "buffered";
    outbox.drained();
    expect(outlet.taken).toEqual(["a"]);
    outbox.drained();
    outbox.drained();
    expect(outlet.taken).toEqual(["a", "b", "c"]);
  });

  it("forgets a waiting message when a newer one of its slot was sent", () => {
    const outlet = new FakeOutlet();
    const outbox = new Outbox<"count">(outlet);
    outlet.outcome = "dropped";
    outbox.latest("count", "1");
    outlet.outcome = "sent";
    outbox.drained();
    outbox.latest("count", "2");
    outbox.drained();
    expect(outlet.taken).toEqual(["1", "2"]);
  });
});
