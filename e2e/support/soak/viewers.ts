/** Viewers that come and go: well-behaved ones, slow ones, and ones that never read. */
import { type Applied, encodeControl, Receiver, Replica } from "@screen-share/protocol";
import { mint } from "../tokens.ts";
import { type Behaviour, type SoakContext, sameEra } from "./behaviour.ts";
import { pick } from "./pictures.ts";
import { Visit } from "./visit.ts";

const viewer = { path: "/ws/viewer" } as const;

/** Keeps a replica while it stays, and delays each ack by this many ms. */
function watching(context: SoakContext, delayMs: () => number): Visit {
  const receiver = new Receiver<Applied>(new Replica());
  const visit = new Visit({
    ...viewer,
    port: context.port,
    onControl: (message) => {
      if (message.type === "stream") receiver.describe(message);
    },
    onBinary: (data) => {
      receiver.update(data, 0);
      const count = receiver.appliedCount;
      setTimeout(() => {
        // A later ack may have overtaken this one.
        if (count <= receiver.ackedCount || visit.socket.readyState !== 1) return;
        receiver.ack((ack) => {
          visit.socket.send(ack);
          return true;
        }, count);
      }, delayMs());
    },
  });
  return visit;
}

/** The relay must not close the connection of a well-behaved viewer, unless it stops. */
function mayEnd(
  context: SoakContext,
  era: number | undefined,
  code: number | undefined,
  fine: readonly number[],
): void {
  if (code === undefined || fine.includes(code) || !sameEra(context, era)) return;
  context.complain(`a viewer that behaved was closed with ${code}`);
}

function visitor(name: string, ackDelayMs: (random: () => number) => number): Behaviour {
  return async (context, tokens, leaving) => {
    const { random } = context;
    const era = context.era();
    const room = pick(context.rooms, random);
    const stayMs = 100 + random() * 3000;
    const visit = watching(context, () => ackDelayMs(random));
    const entered = await visit.enter(room, await tokens.get("viewer", room));
    if (entered) context.note(`${name}: welcomed`);
    if (entered && random() < 0.3) {
      for (const visible of [false, true]) {
        if (visit.socket.readyState !== 1) break;
        visit.socket.send(encodeControl({ type: "visibility", visible }));
      }
    }
    mayEnd(context, era, await visit.untilClosed(leaving, stayMs), []);
  };
}

export const behaves = visitor("behaves", () => 0);
export const acksLate = visitor("acks late", (random) => 200 + random() * 800);

/** Leaves before anything can happen. */
export const hurries: Behaviour = async (context, tokens, leaving) => {
  const room = pick(context.rooms, context.random);
  const v1 = context.random() < 0.5;
  const token = await tokens.get("viewer", room);
  const query = v1 ? "" : `?room=${room}&token=${token}`;
  const visit = new Visit({ ...viewer, port: context.port, v1, query });
  if (v1) void visit.enter(room, token);
  await visit.untilClosed(leaving, context.random() * 30);
  context.note("hurries");
};

/** Reads nothing from its socket. */
export const neverReads: Behaviour = async (context, tokens, leaving) => {
  const room = pick(context.rooms, context.random);
  const era = context.era();
  const v1 = context.random() < 0.5;
  const token = await tokens.get("viewer", room);
  const query = v1 ? "" : `?room=${room}&token=${token}`;
  const visit = new Visit({ ...viewer, port: context.port, v1, query });
  if (v1) void visit.enter(room, token);
  if (await visit.opened) visit.socket.pause();
  context.note("never reads");
  mayEnd(context, era, await visit.untilClosed(leaving), [4408]);
};

/** Reads from time to time. */
export const plainAndSlow: Behaviour = async (context, tokens, leaving) => {
  const room = pick(context.rooms, context.random);
  const era = context.era();
  const query = `?room=${room}&token=${await tokens.get("viewer", room)}`;
  const visit = new Visit({ ...viewer, port: context.port, v1: false, query });
  const { socket } = visit;
  const pace = setInterval(
    () => (socket.isPaused ? socket.resume() : socket.pause()),
    100 + context.random() * 500,
  );
  if (await visit.opened) context.note("plain and slow: open");
  const code = await visit.untilClosed(leaving, 500 + context.random() * 3000);
  clearInterval(pace);
  mayEnd(context, era, code, [4408]);
};

/** Uses the current link, which ends when the producer ends its links. */
export const byLink: Behaviour = async (context, _, leaving) => {
  const room = pick(context.rooms, context.random);
  const era = context.era();
  const generation = context.generationOf(room);
  const token = await mint({ role: "viewer", room, generation });
  const visit = watching(context, () => 0);
  await visit.enter(room, token);
  const code = await visit.untilClosed(leaving);
  if (code === 4401) context.note("by link: ended with its generation");
  // Without a generation it is an ordinary token.
  mayEnd(context, era, code, generation === undefined ? [] : [4401]);
};
