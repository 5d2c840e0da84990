/** A producer's viewer link is replaced before it expires, while the producer is connected (P-38). */
import { parseToProducerMessage } from "@screen-share/protocol";
import { signToken, tokenKey, verifyToken } from "@screen-share/protocol/token";
import { describe, expect, it, vi } from "vitest";
import { Auth } from "../src/access/auth.ts";
import { type Grant, UNLIMITED } from "../src/core/grant.ts";
import { ProducerSession } from "../src/core/producer-session.ts";
import { FakePeer } from "./fake-peer.ts";
import { newHub, PRODUCER_ID, producerParts } from "./participants.ts";
import { SECRET } from "./tokens.ts";

const HOUR = 3_600_000;
const START = 1_900_000_000_000;
const KEY = tokenKey(SECRET);

/** A producer whose relay has a secret, and a wall clock that a test sets. */
class Shared {
  readonly peer = new FakePeer();
  readonly session: ProducerSession;
  wall: number;

  constructor(options: { linkTtlMs?: number; expiresAt?: number; startedAt?: number } = {}) {
    const { linkTtlMs = 12 * HOUR, expiresAt = START + 1000 * HOUR, startedAt = START } = options;
    this.wall = startedAt;
    const wallNow = () => this.wall;
    const auth = new Auth({ keys: [KEY], linkTtlMs, viewerUrl: undefined, wallNow });
    const grant: Grant = { ...UNLIMITED, expiresAt };
    const parts = { ...producerParts(), mintLink: auth.mintLink.bind(auth), wallNow };
    const hello = { type: "hello", room: "main", producerId: PRODUCER_ID, gen: "one" } as const;
    const admitted = {
      room: newHub().enter("main", 0),
      hello,
      grant,
      claim: { release: () => {} },
    };
    this.session = new ProducerSession(admitted, this.peer, parts, 0);
  }

  links(): string[] {
    return this.peer.text.flatMap((text) => {
      const message = parseToProducerMessage(text);
      return message && "viewerLink" in message ? [message.viewerLink] : [];
    });
  }

  /** Waits until this many links have been sent. */
  async sent(count: number): Promise<string[]> {
    await vi.waitFor(() => expect(this.links()).toHaveLength(count));
    return this.links();
  }

  /** A second passes, and links that are being minted are finished. */
  async tick(): Promise<void> {
    this.session.tick();
    // The session mints its link before this one, which takes as long.
    await signToken(KEY, { role: "viewer", room: "main", expiresAt: this.wall });
    await signToken(KEY, { role: "viewer", room: "main", expiresAt: this.wall });
  }

  async expiryOf(link: string): Promise<number> {
    const token = /token=(.+)$/.exec(link)?.[1] ?? "";
    const { exp, gen } = await verifyToken([KEY], token, START);
    expect(gen).toBe("one");
    return exp * 1000;
  }
}

describe("a viewer link", () => {
  it("is replaced an hour before it expires, and so is the next one", async () => {
    const shared = new Shared();
    const [first = ""] = await shared.sent(1);
    expect(await shared.expiryOf(first)).toBe(START + 12 * HOUR);
    shared.wall = START + 11 * HOUR - 1;
    await shared.tick();
    expect(shared.links()).toHaveLength(1);
    shared.wall = START + 11 * HOUR;
    await shared.tick();
    const [, second = ""] = await shared.sent(2);
    expect(await shared.expiryOf(second)).toBe(START + 23 * HOUR);
    await shared.tick();
    expect(shared.links()).toHaveLength(2);
    shared.wall = START + 22 * HOUR;
    await shared.tick();
    await shared.sent(3);
    expect(shared.peer.text.at(-1)).toContain('"type":"link"');
  });

  it("is replaced in the last quarter of a short life", async () => {
    const shared = new Shared({ linkTtlMs: 20 * 60_000 });
    await shared.sent(1);
    shared.wall += 15 * 60_000;
    await shared.tick();
    await shared.sent(2);
  });

  it.each([
    ["has slept for 13 hours", START, START + 13 * HOUR],
    ["booted in 1970 and has learnt the time only now", 60_000, START],
  ])("is replaced within a second if the machine %s", async (_, before, after) => {
    const shared = new Shared({ startedAt: before });
    await shared.sent(1);
    await shared.tick();
    expect(shared.links()).toHaveLength(1);
    shared.wall = after;
    await shared.tick();
    const [, second = ""] = await shared.sent(2);
    expect(await shared.expiryOf(second)).toBe(after + 12 * HOUR);
  });

  it("is not replaced if a new one would expire as early as the producer's own token", async () => {
    const shared = new Shared({ expiresAt: START + 2 * HOUR });
    await shared.sent(1);
    shared.wall = START + 1.9 * HOUR;
    await shared.tick();
    expect(shared.links()).toHaveLength(1);
  });

  it("is replaced later if the socket takes nothing for a while", async () => {
    const shared = new Shared();
    await shared.sent(1);
    shared.peer.outcome = "dropped";
    shared.wall = START + 12 * HOUR;
    await shared.tick();
    expect(shared.links()).toHaveLength(1);
    shared.peer.outcome = "sent";
    shared.session.drained();
    await shared.tick();
    await shared.sent(2);
  });
});
