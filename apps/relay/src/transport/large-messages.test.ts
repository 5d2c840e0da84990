import { describe, expect, it } from "vitest";
import { LargeMessages, type LargeSender } from "./large-messages.ts";

const MB = 2 ** 20;
/** Room for two messages of 16 MiB. */
const LIMITS = { maxBytes: 32 * MB, messageBytes: 16 * MB };

/** Memory, and producers that hold as much of it as a test sets. */
class FakeMemory {
  bytes = 50 * MB;
  waitingBytes = 0;
  readonly large = new LargeMessages(
    LIMITS,
    () => this.bytes,
    () => this.waitingBytes,
  );

  sender(options: { admitted?: boolean; heardAt?: number; holds?: number } = {}) {
    const { admitted = false, heardAt = 0, holds = 0 } = options;
    this.bytes += holds;
    const sender = {
      admitted,
      heardAt,
      dropped: 0,
      drop: () => {
        sender.dropped++;
        this.bytes -= holds;
        this.large.leave(sender);
      },
    };
    return sender satisfies LargeSender;
  }
}

describe("large messages of strangers (P-8)", () => {
  it("have as many places as complete messages fit into the limit", () => {
    const { large, ...memory } = new FakeMemory();
    expect(memory.bytes).toBe(50 * MB);
    const fake = new FakeMemory();
    expect(large.enter(fake.sender(), 0)).toBeUndefined();
    expect(large.enter(fake.sender(), 0)).toBeUndefined();
    expect(large.enter(fake.sender(), 0)).toMatchObject({ closeCode: 4429 });
  });

  it("give a place to a newcomer once its stranger has been silent for a second", () => {
    const memory = new FakeMemory();
    const [first, second] = [memory.sender({ heardAt: 0 }), memory.sender({ heardAt: 500 })];
    memory.large.enter(first, 0);
    memory.large.enter(second, 500);
    expect(memory.large.enter(memory.sender(), 999)).toMatchObject({ closeCode: 4429 });
    expect(memory.large.enter(memory.sender({ heardAt: 1000 }), 1000)).toBeUndefined();
    expect([first.dropped, second.dropped]).toEqual([1, 0]);
  });

  it("free a place when its stranger is admitted or disconnects", () => {
    const memory = new FakeMemory();
    const [first, second] = [memory.sender(), memory.sender()];
    memory.large.enter(first, 0);
    memory.large.enter(second, 0);
    first.admitted = true;
    expect(memory.large.enter(memory.sender(), 0)).toBeUndefined();
    memory.large.leave(second);
    expect(memory.large.enter(memory.sender(), 0)).toBeUndefined();
    expect(memory.large.enter(memory.sender(), 0)).toMatchObject({ closeCode: 4429 });
  });

  it("are closed with a handshake only as often as memory allows", () => {
    const memory = new FakeMemory();
    const may = (now: number) => memory.large.mayLinger(memory.sender(), now);
    expect([may(0), may(1000), may(2000)]).toEqual([true, true, false]);
    expect(may(12_500)).toBe(true);
    expect(may(12_600)).toBe(false);
    memory.large.closing();
    expect(may(12_700)).toBe(true);
  });
});

describe("large messages of all clients (P-8)", () => {
  function attacked() {
    const memory = new FakeMemory();
    const busy = memory.sender({ admitted: true, heardAt: 9900 });
    const idle = memory.sender({ admitted: true, heardAt: 8000 });
    const attackers = [1, 2, 3].map((i) =>
      memory.sender({ admitted: true, heardAt: i, holds: 15 * MB }),
    );
    for (const sender of [busy, idle, ...attackers]) memory.large.enter(sender, 0);
    return { memory, busy, idle, attackers };
  }

  it("disconnect no client within the limit", () => {
    const memory = new FakeMemory();
    const sender = memory.sender({ admitted: true, holds: 16 * MB });
    memory.large.enter(sender, 0);
    memory.large.check(10_000);
    expect(sender.dropped).toBe(0);
  });

  it("disconnect those that have completed none for longest above the limit", () => {
    const { memory, busy, idle, attackers } = attacked();
    memory.large.check(10_000);
    expect(attackers.map(({ dropped }) => dropped)).toEqual([1, 1, 0]);
    expect([busy.dropped, idle.dropped]).toEqual([0, 0]);
    memory.large.check(10_025);
    expect(attackers[2]?.dropped).toBe(0);
  });

  it("disconnect strangers first, and keep newcomers out meanwhile", () => {
    const { memory, attackers } = attacked();
    const stranger = memory.sender({ heardAt: 5000, holds: 15 * MB });
    memory.large.enter(stranger, 5000);
    memory.large.check(10_000);
    expect([stranger.dropped, attackers[0]?.dropped]).toEqual([1, 1]);
    memory.bytes += 40 * MB;
    memory.large.check(10_025);
    expect(memory.large.enter(memory.sender({ admitted: true }), 10_030)).toMatchObject({
      closeCode: 4429,
      message: "the relay is short of memory",
    });
    memory.bytes -= 40 * MB;
    memory.large.check(10_050);
    expect(memory.large.enter(memory.sender({ admitted: true }), 10_060)).toBeUndefined();
  });

  it("spare a client that has just completed a message", () => {
    const memory = new FakeMemory();
    const sender = memory.sender({ admitted: true, heardAt: 9800, holds: 40 * MB });
    memory.large.enter(sender, 9800);
    memory.large.check(10_000);
    expect(sender.dropped).toBe(0);
    memory.large.check(10_050);
    expect(sender.dropped).toBe(1);
  });

  it("do not include what waits for slow clients", () => {
    const { memory, attackers } = attacked();
    memory.waitingBytes = 20 * MB;
    memory.large.check(10_000);
    expect(attackers.map(({ dropped }) => dropped)).toEqual([0, 0, 0]);
  });

  it("do not include memory that stays after all have disconnected", () => {
    const memory = new FakeMemory();
    const honest = memory.sender({ admitted: true, heardAt: 100 });
    memory.large.enter(honest, 100);
    memory.bytes += 60 * MB;
    for (let now = 1000; now < 4000; now += 25) {
      honest.heardAt = now;
      memory.large.check(now);
    }
    expect(honest.dropped).toBe(0);
    const newcomer = memory.sender({ admitted: true, heardAt: 4000 });
    expect(memory.large.enter(newcomer, 4000)).toBeUndefined();
    memory.bytes += 20 * MB;
    memory.large.check(10_000);
    expect(newcomer.dropped).toBe(0);
  });
});
