/** Viewers that come and go: those that behave, those that are slow, and those that never read. */
import {
  decodeUpdate,
  encodeAck,
  encodeControl,
  parseToViewerMessage,
  Replica,
} from "@screen-share/protocol";
import { mint } from "../tokens.ts";
import { pick } from "./look.ts";
import { type Behaviour, sameEra, type Town } from "./town.ts";
import { Visit } from "./visit.ts";

const viewer = { path: "/ws/viewer" } as const;

/** Keeps a replica as long as it stays, and acknowledges after so many ms. */
function watching(town: Town, delayMs: () => number): Visit {
  const replica = new Replica();
  let applied = 0;
  let acked = 0;
  const acknowledge = (count: number) => {
    // One that was kept longer than the next says nothing new.
    if (count <= acked || visit.socket.readyState !== 1) return;
    acked = count;
    visit.socket.send(encodeAck(count));
  };
  const visit = new Visit({
    ...viewer,
    port: town.port,
    onBinary: (data) => {
      const update = decodeUpdate(data);
      replica.apply(update);
      applied++;
      const count = applied;
      const wait = delayMs();
      if (wait === 0) acknowledge(count);
      else setTimeout(() => acknowledge(count), wait);
    },
  });
  visit.socket.on("message", (data: Buffer, isBinary: boolean) => {
    const message = isBinary ? undefined : parseToViewerMessage(data.toString());
    if (message?.type === "stream") replica.describe(message.epoch, message.stream);
  });
  return visit;
}

/** Whoever behaves is not put out, but by a relay that goes. */
function mayEnd(
  town: Town,
  era: number | undefined,
  code: number | undefined,
  fine: readonly number[],
): void {
  if (code === undefined || fine.includes(code) || !sameEra(town, era)) return;
  town.complain(`a viewer that behaved was closed with ${code}`);
}

function visitor(name: string, ackDelayMs: (random: () => number) => number): Behaviour {
  return async (town, tokens, leaving) => {
    const { random } = town;
    const era = town.era();
    const room = pick(town.rooms, random);
    const stayMs = 100 + random() * 3000;
    const visit = watching(town, () => ackDelayMs(random));
    const entered = await visit.enter(room, await tokens.get("viewer", room));
    if (entered) town.note(`${name}: welcomed`);
    if (entered && random() < 0.3) {
      for (const visible of [false, true]) {
        if (visit.socket.readyState !== 1) break;
        visit.socket.send(encodeControl({ type: "visibility", visible }));
      }
    }
    mayEnd(town, era, await visit.untilClosed(leaving, stayMs), []);
  };
}

export const behaves = visitor("behaves", () => 0);
export const acksLate = visitor("acks late", (random) => 200 + random() * 800);

/** Is gone before anything can come of it. */
export const hurries: Behaviour = async (town, tokens, leaving) => {
  const room = pick(town.rooms, town.random);
  const v1 = town.random() < 0.5;
  const token = await tokens.get("viewer", room);
  const query = v1 ? "" : `?room=${room}&token=${token}`;
  const visit = new Visit({ ...viewer, port: town.port, v1, query });
  if (v1) void visit.enter(room, token);
  await visit.untilClosed(leaving, town.random() * 30);
  town.note("hurries");
};

/** Takes nothing out of its socket. */
export const neverReads: Behaviour = async (town, tokens, leaving) => {
  const room = pick(town.rooms, town.random);
  const era = town.era();
  const v1 = town.random() < 0.5;
  const token = await tokens.get("viewer", room);
  const query = v1 ? "" : `?room=${room}&token=${token}`;
  const visit = new Visit({ ...viewer, port: town.port, v1, query });
  if (v1) void visit.enter(room, token);
  if (await visit.opened) visit.socket.pause();
  town.note("never reads");
  mayEnd(town, era, await visit.untilClosed(leaving), [4408]);
};

/** Reads now and then; whole pictures, or tiles without an ack. */
export const plainAndSlow: Behaviour = async (town, tokens, leaving) => {
  const room = pick(town.rooms, town.random);
  const era = town.era();
  const query = `?room=${room}&token=${await tokens.get("viewer", room)}`;
  const visit = new Visit({ ...viewer, port: town.port, v1: false, query });
  const { socket } = visit;
  const pace = setInterval(
    () => (socket.isPaused ? socket.resume() : socket.pause()),
    100 + town.random() * 500,
  );
  if (await visit.opened) town.note("plain and slow: open");
  const code = await visit.untilClosed(leaving, 500 + town.random() * 3000);
  clearInterval(pace);
  mayEnd(town, era, code, [4408]);
};

/** Comes by the link of the moment, which ends when the producer says so. */
export const byLink: Behaviour = async (town, _, leaving) => {
  const room = pick(town.rooms, town.random);
  const era = town.era();
  const generation = town.generationOf(room);
  const token = await mint({ role: "viewer", room, generation });
  const visit = watching(town, () => 0);
  await visit.enter(room, token);
  const code = await visit.untilClosed(leaving);
  if (code === 4401) town.note("by link: ended with its generation");
  // Without a generation it is a token like any other.
  mayEnd(town, era, code, generation === undefined ? [] : [4401]);
};
