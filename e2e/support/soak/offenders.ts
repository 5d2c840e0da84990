/** Those that are put out: for nonsense, for what their token says, or for a place that is taken. */
import { connect } from "node:net";
import { CLOSE, encodeAck, encodeControl } from "@screen-share/protocol";
import { mint } from "../tokens.ts";
import { pick } from "./look.ts";
import { type Behaviour, sameEra, type Town } from "./town.ts";
import { Visit } from "./visit.ts";

/** A connection lasts at most 5 s beyond `exp`, which is in whole seconds (P-81); a busy machine hears of its end a little later. */
const MAX_OVERSTAY_MS = 5000 + 5000;

interface Offence {
  readonly name: string;
  readonly code: number;
  /** Before hello, or after the welcome. */
  readonly welcomed: boolean;
  readonly messages: (random: () => number) => readonly (string | Uint8Array)[];
}

const ping = encodeControl({ type: "ping", sentAt: 1 });
const bytes = (length: number, random: () => number) =>
  Uint8Array.from({ length }, () => Math.floor(random() * 256));

const OFFENCES: readonly Offence[] = [
  { name: "ping first", code: 4400, welcomed: false, messages: () => [ping] },
  { name: "no JSON", code: 4400, welcomed: false, messages: () => ["{"] },
  { name: "ack first", code: 4400, welcomed: false, messages: () => [encodeAck(1)] },
  { name: "noise", code: 4400, welcomed: true, messages: (random) => [bytes(100, random)] },
  { name: "too long", code: 4413, welcomed: true, messages: (random) => [bytes(5000, random)] },
  { name: "long text", code: 4413, welcomed: true, messages: () => ["x".repeat(5000)] },
  { name: "ack too many", code: 4400, welcomed: true, messages: () => [encodeAck(1e9)] },
  { name: "a flood", code: 4429, welcomed: true, messages: () => new Array(80).fill(ping) },
  {
    name: "hello twice",
    code: 4400,
    welcomed: true,
    messages: () => [encodeControl({ type: "hello", room: "main" })],
  },
];

/** Waits for the end that is due. */
async function expectEnd(
  town: Town,
  visit: Visit,
  due: {
    readonly name: string;
    readonly code: number;
    readonly era: number | undefined;
    readonly leaving: AbortSignal;
  },
): Promise<void> {
  const code = await visit.untilClosed(due.leaving);
  if (code === due.code) town.note(`${due.name}: ${code}`);
  else if (code !== undefined && sameEra(town, due.era)) {
    town.complain(`${due.name}: closed with ${code} and not ${due.code}`);
  }
}

export const talksNonsense: Behaviour = async (town, tokens, leaving) => {
  const era = town.era();
  const offence = pick(OFFENCES, town.random);
  const room = pick(town.rooms, town.random);
  const visit = new Visit({ port: town.port, path: "/ws/viewer" });
  const ready = offence.welcomed
    ? await visit.enter(room, await tokens.get("viewer", room))
    : await visit.opened;
  if (ready) for (const message of offence.messages(town.random)) visit.socket.send(message);
  if (ready) await expectEnd(town, visit, { ...offence, era, leaving });
  else visit.socket.terminate();
};

export const hasNoRightToken: Behaviour = async (town, tokens, leaving) => {
  const era = town.era();
  const room = pick(town.rooms, town.random);
  const [name, token, code] = await pick(
    [
      async () => ["no token", undefined, CLOSE.unauthorized] as const,
      async () => ["a broken token", "a.b.c", CLOSE.unauthorized] as const,
      async () =>
        ["a producer's token", await tokens.get("producer", room), CLOSE.forbidden] as const,
      async () =>
        ["another room's token", await tokens.get("viewer", "x"), CLOSE.forbidden] as const,
    ],
    town.random,
  )();
  const visit = new Visit({ port: town.port, path: "/ws/viewer" });
  void visit.enter(room, token);
  if (await visit.opened) await expectEnd(town, visit, { name, code, era, leaving });
};

/** Stays until its token ends, to the time that the protocol allows. */
export const expires: Behaviour = async (town, _, leaving) => {
  const era = town.era();
  const room = pick(town.rooms, town.random);
  const expiresAt = Date.now() + 500;
  const token = await mint({ role: "viewer", room, expiresAt });
  const visit = new Visit({ port: town.port, path: "/ws/viewer" });
  if (!(await visit.enter(room, token))) return;
  const due = { name: "expires", code: CLOSE.unauthorized, era, leaving };
  await expectEnd(town, visit, due);
  const overstayMs = Date.now() - Math.floor(expiresAt / 1000) * 1000;
  if (!leaving.aborted && overstayMs > MAX_OVERSTAY_MS) {
    town.complain(`a token was honoured for ${overstayMs} ms after its end`);
  }
};

/** Somebody else's agent in a room that is taken; if it is not just then, it goes at once. */
export const intrudes: Behaviour = async (town, tokens, leaving) => {
  const room = pick(town.rooms, town.random);
  const token = await tokens.get("producer", room);
  const visit = new Visit({ port: town.port, path: "/ws/producer", authorization: token });
  if (!(await visit.opened)) return;
  visit.socket.send(encodeControl({ type: "hello", room, producerId: "x".repeat(32) }));
  if (await visit.welcomed) visit.socket.terminate();
  const code = await visit.untilClosed(leaving);
  if (code === CLOSE.producerExists) town.note("intrudes: 4000");
};

/** Bytes that are no HTTP, or not all of it. */
export const knocks: Behaviour = async ({ port, random, note }, _, leaving) => {
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
