/** How much admission does at once, and how often. */
import { describe, expect, it, vi } from "vitest";
import {
  admissionWith,
  bearer,
  FAR,
  greeted,
  opened,
  refusedWith,
  request,
  verdict,
} from "../../test/admission-clients.ts";
import type { FakePeer } from "../../test/fake-peer.ts";
import { handMade } from "../../test/tokens.ts";
import type { Admission } from "./admission.ts";

describe("the work of admission", () => {
  it("is paced, first verifying the token and then joining", async () => {
    const turns: (() => void)[] = [];
    const admission = admissionWith({ pace: (task) => turns.push(task) });
    const connection = opened(admission, request());
    const nextTurn = async () => {
      await vi.waitFor(() => expect(turns).toHaveLength(1));
      turns.pop()?.();
    };
    connection.hello({ token: handMade() });
    await nextTurn();
    await nextTurn();
    expect(await verdict(connection)).toMatchObject({ holder: expect.stringContaining(FAR) });
    expect(turns).toEqual([]);
  });
});

describe("too many failed attempts of an address (P-86)", () => {
  async function codes(admission: Admission, count: number, asked = request(bearer("bad"))) {
    const seen: unknown[] = [];
    for (let i = 0; i < count; i++) seen.push(await refusedWith(admission, asked));
    return seen;
  }

  it("get 4429 after 20, however they were made; a valid token is still admitted", async () => {
    const admission = admissionWith();
    expect(new Set(await codes(admission, 10))).toEqual(new Set([4401]));
    for (let i = 0; i < 5; i++) {
      expect(await greeted(admission, request(), { token: "bad" })).toBe(4401);
      await expect(admission.picture(request())).rejects.toMatchObject({ closeCode: 4401 });
    }
    expect(await codes(admission, 2)).toEqual([4429, 4429]);
    expect(await greeted(admission, request(), {})).toBe(4429);
    await expect(admission.picture(request())).rejects.toMatchObject({ closeCode: 4429 });
    expect(await refusedWith(admission, request(bearer(handMade())))).toBe("admitted");
    const token = handMade();
    expect(await greeted(admission, request(), { token })).toMatchObject({
      holder: expect.stringContaining(FAR),
    });
    await expect(admission.picture(request(bearer(token)))).resolves.toBeTruthy();
    expect(await refusedWith(admission, request(bearer("bad"), { from: "192.0.2.2" }))).toBe(4401);
  });

  it("do not count for programs on this machine, nor for valid tokens of another scope", async () => {
    const admission = admissionWith();
    const own = request(bearer("bad"), { from: "127.0.0.1" });
    expect(new Set(await codes(admission, 50, own))).toEqual(new Set([4401]));
    const elsewhere = request(bearer(handMade({ room: "other" })));
    for (let i = 0; i < 50; i++) {
      await expect(admission.picture(elsewhere)).rejects.toMatchObject({ closeCode: 4403 });
    }
  });

  it("are forgotten, one every 2 s", async () => {
    let now = 0;
    const admission = admissionWith({ now: () => now });
    await codes(admission, 20);
    expect(await codes(admission, 1)).toEqual([4429]);
    now = 2000;
    admission.tick();
    expect(await codes(admission, 2)).toEqual([4401, 4429]);
  });
});

describe("pending connections (P-7)", () => {
  const silent = { role: "producer" } as const;
  const isOpen = ({ peer }: { readonly peer: FakePeer }) => peer.closed === undefined;

  it("are limited to 2 producers per address, and end with hello or the connection", () => {
    const admission = admissionWith();
    const open = () => opened(admission, request(), silent);
    const [one, two] = [open(), open()];
    expect(open().peer.closed?.code).toBe(4429);
    one.session.ended(0);
    two.hello({ token: "bad" });
    expect([open(), open()].every(isOpen)).toBe(true);
    expect(open().peer.closed?.code).toBe(4429);
  });

  it("have only the total limit on this machine, and none with a token in the header", () => {
    const admission = admissionWith();
    const own = request({}, { from: "::1" });
    const known = request(bearer(handMade({ role: "producer" })));
    for (let i = 0; i < 32; i++) expect(isOpen(opened(admission, own, silent))).toBe(true);
    expect(isOpen(opened(admission, own, silent))).toBe(false);
    for (let i = 0; i < 40; i++) expect(isOpen(opened(admission, known, silent))).toBe(true);
  });
});
