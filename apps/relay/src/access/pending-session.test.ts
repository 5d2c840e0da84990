import { encodeControl, HELLO_TIMEOUT_MS, ProtocolError } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { FakePeer } from "../../test/fake-peer.ts";
import {
  type Admit,
  createProducer,
  createViewer,
  FakeProducer,
  FakeViewer,
  liveRoom,
  MAX_BYTES,
  newHub,
  PRODUCER_ID,
  pendingSession,
  picturePair,
} from "../../test/participants.ts";
import { type Grant, UNLIMITED } from "../core/grant.ts";
import type { Hub } from "../core/hub.ts";
import type { Session } from "../core/peer.ts";
import type { Admitted } from "./pending-session.ts";

/** Admits a client when the test says so, as if its token took long to verify. */
class SlowAdmission {
  #settle: ((verdict: Admitted | Promise<never>) => void) | undefined;

  readonly admit: Admit = () =>
    new Promise((resolve) => {
      this.#settle = resolve;
    });

  /** Resolves once the verdict has had its effect. */
  async settle(verdict: Grant | ProtocolError, release = () => {}): Promise<void> {
    if (!this.#settle) throw new Error("no hello has arrived");
    const refused = verdict instanceof ProtocolError;
    this.#settle(refused ? Promise.reject(verdict) : { grant: verdict, claim: { release } });
    await new Promise((resolve) => setTimeout(resolve));
  }
}

const { stream, second } = picturePair();
const refused = new ProtocolError("the token is not valid here", 4401);

/** Both roles, each with a hello whose token is being verified. */
const kinds = [
  [
    "viewer",
    (hub: Hub, slow: SlowAdmission, greeted?: () => void) =>
      new FakeViewer(hub, "main", slow.admit, 0, greeted),
    encodeControl({ type: "hello", room: "main" }),
  ],
  [
    "producer",
    (hub: Hub, slow: SlowAdmission, greeted?: () => void) =>
      new FakeProducer(hub, { admit: slow.admit, ...(greeted && { greeted }) }),
    encodeControl({ type: "hello", room: "main", producerId: PRODUCER_ID }),
  ],
] as const;

describe.each(kinds)("a %s whose token is being verified", (_, start, hello) => {
  it("receives nothing, and no room is created for it (P-84)", () => {
    const hub = newHub();
    const { peer } = start(hub, new SlowAdmission());
    expect(peer.sent).toEqual([]);
    expect(peer.closed).toBeUndefined();
    expect(hub.find("main")).toBeUndefined();
  });

  it("is welcomed once it is admitted", async () => {
    const hub = newHub();
    const slow = new SlowAdmission();
    const { peer } = start(hub, slow);
    await slow.settle(UNLIMITED);
    expect(peer.text[0]).toContain('"welcome"');
    expect(hub.find("main")).toBeDefined();
  });

  it("is closed with the reason of its refusal, and has changed nothing", async () => {
    const hub = newHub();
    const slow = new SlowAdmission();
    const { peer } = start(hub, slow);
    await slow.settle(refused);
    expect(peer.closed).toEqual({ code: 4401, reason: "the token is not valid here" });
    expect(peer.sent).toEqual([]);
    expect(hub.find("main")).toBeUndefined();
  });

  it.each([
    ["a second hello", hello],
    ["a ping", encodeControl({ type: "ping", sentAt: 1 })],
    ["a binary message", Uint8Array.of(2, 0, 0, 0, 0)],
  ])(
    "is closed with 4400 for %s meanwhile (P-83), whether or not the token is valid",
    async (_, message) => {
      const hub = newHub();
      const slow = new SlowAdmission();
      const { peer, session } = start(hub, slow);
      session.receive(message, 0);
      expect(peer.closed?.code).toBe(4400);
      await slow.settle(UNLIMITED);
      expect(peer.sent).toEqual([]);
      expect(hub.find("main")).toBeUndefined();
    },
  );

  it.each([UNLIMITED, refused])(
    "leaves nothing behind if its socket ends meanwhile",
    async (verdict) => {
      const hub = newHub();
      const slow = new SlowAdmission();
      const { peer, session } = start(hub, slow);
      session.ended(0);
      let released = 0;
      await slow.settle(verdict, () => released++);
      expect(released).toBe(verdict === refused ? 0 : 1);
      expect(peer.sent).toEqual([]);
      expect(peer.closed).toBeUndefined();
      expect(hub.find("main")).toBeUndefined();
    },
  );

  it("has no time limit: slow verification is the relay's own fault", async () => {
    const slow = new SlowAdmission();
    const { peer, session } = start(newHub(), slow);
    session.tick(HELLO_TIMEOUT_MS * 10);
    expect(peer.closed).toBeUndefined();
    await slow.settle(UNLIMITED);
    expect(peer.text[0]).toContain('"welcome"');
  });
});

describe("a producer that replaces its older connection (P-5)", () => {
  it("disturbs nothing before its token is verified", async () => {
    const { hub, producer } = liveRoom();
    const slow = new SlowAdmission();
    const newer = new FakeProducer(hub, { admit: slow.admit });
    producer.update(second);
    expect(producer.acked).toBe(2);
    await slow.settle(refused);
    expect(newer.peer.closed?.code).toBe(4401);
    expect(producer.peer.closed).toBeUndefined();
    producer.update([]);
    expect(producer.acked).toBe(3);
  });

  it("closes its older connection once it is verified", async () => {
    const { hub, producer } = liveRoom();
    const slow = new SlowAdmission();
    const newer = new FakeProducer(hub, { admit: slow.admit });
    await slow.settle(UNLIMITED);
    expect(producer.peer.closed?.code).toBe(4001);
    newer.describe(stream);
    newer.update(second, { keyframe: true });
    expect(newer.acked).toBe(1);
  });

  it("may be one of two with simultaneous hellos: the one verified last wins", async () => {
    const hub = newHub();
    const both = [new SlowAdmission(), new SlowAdmission()];
    const [one, two] = both.map(({ admit }) => new FakeProducer(hub, { admit }));
    await both[1]?.settle(UNLIMITED);
    await both[0]?.settle(UNLIMITED);
    expect(two?.peer.closed?.code).toBe(4001);
    expect(one?.peer.closed).toBeUndefined();
  });
});

describe.each(["producer", "viewer"] as const)("a %s that sends no hello", (role) => {
  function silent() {
    const peer = new FakePeer();
    const create = role === "producer" ? createProducer : createViewer;
    let greeted = 0;
    const options = { now: 1000, greeted: () => greeted++ };
    const session = pendingSession(role, peer, create(newHub(), peer), options);
    return { peer, session, greeted: () => greeted };
  }

  it("is closed after 5 s (4408, P-2), which frees its pending place", () => {
    const { peer, session, greeted } = silent();
    session.tick(5999);
    expect([peer.closed, greeted()]).toEqual([undefined, 0]);
    session.tick(6000);
    expect([peer.closed?.code, greeted()]).toEqual([4408, 1]);
  });

  it("frees that place when its socket ends, and is not closed afterwards", () => {
    const { peer, session, greeted } = silent();
    session.ended(1500);
    session.tick(9000);
    session.refuse(refused);
    expect([peer.closed, greeted()]).toEqual([undefined, 1]);
  });

  it.each([
    ["text that is no message", "{", 4400],
    ["bytes", Uint8Array.of(1), 4400],
    ["another message", encodeControl({ type: "ping", sentAt: 1 }), 4400],
    ["a message that is too long", "x".repeat(MAX_BYTES + 1), 4413],
  ])("but %s is closed at once", (_, message, code) => {
    const { peer, session, greeted } = silent();
    session.receive(message, 1001);
    expect([peer.closed?.code, greeted()]).toEqual([code, 1]);
    session.receive(encodeControl({ type: "hello", room: "main" }), 1002);
    expect(peer.sent).toEqual([]);
  });
});

describe("a plain connection whose token is being verified", () => {
  class KeptSession implements Session {
    readonly calls: unknown[] = [];
    readonly summary = { kind: "kept" };
    receive(message: Uint8Array | string, now: number): void {
      this.calls.push([typeof message === "string" ? message : [...message], now]);
    }
    ponged(payload: string): void {
      this.calls.push(`pong ${payload}`);
    }
    drained(): void {
      this.calls.push("drained");
    }
    tick(): void {
      this.calls.push("tick");
    }
    ended(): void {
      this.calls.push("ended");
    }
  }

  function plain() {
    const kept = new KeptSession();
    const slow = new SlowAdmission();
    const peer = new FakePeer();
    const session = pendingSession("producer", peer, () => kept, {
      admit: slow.admit,
      plain: true,
    });
    session.begin({ room: "main", hello: undefined });
    return { session, kept, slow };
  }

  it("keeps a copy of its newest message, and then passes everything on", async () => {
    const { session, kept, slow } = plain();
    const bytes = Uint8Array.of(1, 2);
    session.receive("first", 1);
    session.receive(bytes, 2);
    bytes.fill(9);
    session.tick(3);
    session.drained(3);
    session.ponged("early", 3);
    expect(session.summary).toEqual({ kind: "plain producer" });
    await slow.settle(UNLIMITED);
    expect(kept.calls).toEqual([[[1, 2], 2]]);
    session.receive("later", 4);
    session.ponged("p", 4);
    session.drained(4);
    session.tick(4);
    session.ended(5);
    expect(kept.calls.slice(1)).toEqual([["later", 4], "pong p", "drained", "tick", "ended"]);
    expect(session.summary).toEqual({ kind: "kept" });
  });

  it("creates no session if it ends before", async () => {
    const { session, kept, slow } = plain();
    session.receive("first", 1);
    session.ended(2);
    await slow.settle(UNLIMITED);
    expect(kept.calls).toEqual([]);
  });
});
