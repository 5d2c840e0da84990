/** Clients whose connection the relay has to close: for nonsense, because of their token, or because the room has a producer. */
import { connect } from "node:net";
import { CLOSE, encodeAck, encodeControl } from "@screen-share/protocol";
import { Client } from "@screen-share/protocol/testing/client";
import { mint } from "../tokens.ts";
import type { Behaviour, Visitor } from "./behaviour.ts";
import { pick } from "./pictures.ts";

/** A connection lasts at most 5 s beyond `exp`, which is in whole seconds (P-81); on a busy machine the close arrives a little later. */
const MAX_OVERSTAY_MS = 5000 + 5000;

interface Offence {
  readonly name: string;
  readonly code: number;
  readonly messages: (random: () => number) => readonly (string | Uint8Array)[];
}

const ping = encodeControl({ type: "ping", sentAt: 1 });
const hello = encodeControl({ type: "hello", room: "main" });
const bytes = (length: number, random: () => number) =>
  Uint8Array.from({ length }, () => Math.floor(random() * 256));

const INSTEAD_OF_HELLO: readonly Offence[] = [
  { name: "ping first", code: 4400, messages: () => [ping] },
  { name: "no JSON", code: 4400, messages: () => ["{"] },
  { name: "ack first", code: 4400, messages: () => [encodeAck(1)] },
];
const AFTER_WELCOME: readonly Offence[] = [
  { name: "noise", code: 4400, messages: (random) => [bytes(100, random)] },
  { name: "too long", code: 4413, messages: (random) => [bytes(5000, random)] },
  { name: "long text", code: 4413, messages: () => ["x".repeat(5000)] },
  { name: "ack too many", code: 4400, messages: () => [encodeAck(1e9)] },
  { name: "a flood", code: 4429, messages: () => new Array(80).fill(ping) },
  { name: "hello twice", code: 4400, messages: () => [hello] },
];

async function expectEnd(
  { leaving, note, blame }: Visitor,
  client: Client,
  due: Pick<Offence, "name" | "code">,
): Promise<void> {
  const code = await client.untilClosed(leaving);
  if (code === due.code) note(`${due.name}: ${code}`);
  else if (code !== undefined) blame(`${due.name}: closed with ${code} and not ${due.code}`);
}

export const talksNonsense: Behaviour = async (visitor) => {
  const { port, room, random, tokens } = visitor;
  const offence = pick([...INSTEAD_OF_HELLO, ...AFTER_WELCOME], random);
  const client = new Client(port, "/ws/viewer");
  const ready = AFTER_WELCOME.includes(offence)
    ? await client.enter(room, { token: await tokens.get("viewer", room) })
    : await client.opened;
  if (!ready) return client.socket.terminate();
  for (const message of offence.messages(random)) client.socket.send(message);
  await expectEnd(visitor, client, offence);
};

export const hasNoRightToken: Behaviour = async (visitor) => {
  const { port, room, random, tokens } = visitor;
  const [name, token, code] = await pick(
    [
      async () => ["no token", undefined, CLOSE.unauthorized] as const,
      async () => ["a broken token", "a.b.c", CLOSE.unauthorized] as const,
      async () =>
        ["a producer's token", await tokens.get("producer", room), CLOSE.forbidden] as const,
      async () =>
        ["another room's token", await tokens.get("viewer", "x"), CLOSE.forbidden] as const,
    ],
    random,
  )();
  const client = new Client(port, "/ws/viewer");
  void client.enter(room, { token });
  if (await client.opened) await expectEnd(visitor, client, { name, code });
};

/** Stays until its token expires, at most as long as the protocol allows. */
export const expires: Behaviour = async (visitor) => {
  const { port, room, leaving, complain } = visitor;
  const expiresAt = Date.now() + 500;
  const token = await mint({ role: "viewer", room, expiresAt });
  const client = new Client(port, "/ws/viewer");
  if (!(await client.enter(room, { token }))) return;
  await expectEnd(visitor, client, { name: "expires", code: CLOSE.unauthorized });
  const overstayMs = Date.now() - Math.floor(expiresAt / 1000) * 1000;
  if (!leaving.aborted && overstayMs > MAX_OVERSTAY_MS) {
    complain(`a token was honoured for ${overstayMs} ms after its end`);
  }
};

/** Another agent in a room that has a producer. If the room has none just then, it leaves at once. */
export const intrudes: Behaviour = async ({ port, room, tokens, leaving, note }) => {
  const token = await tokens.get("producer", room);
  const client = new Client(port, "/ws/producer", {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!(await client.opened)) return;
  if (await client.enter(room, { producerId: "x".repeat(32) })) client.socket.terminate();
  const code = await client.untilClosed(leaving);
  if (code === CLOSE.producerExists) note("intrudes: 4000");
};

/** Bytes that are not HTTP, or only the beginning of a request. */
export const knocks: Behaviour = async ({ port, random, note, leaving }) => {
  const head = "GET /ws/viewer HTTP/1.1\r\nHost: localhost\r\nX-Long: ";
  const socket = connect(port, "localhost");
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.write(random() < 0.5 ? head : bytes(200, random));
  socket.resume();
  leaving.addEventListener("abort", () => socket.destroy());
  setTimeout(() => socket.destroy(), random() * 1000);
  await closed;
  note("knocks");
};
