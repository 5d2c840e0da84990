/** Viewers that come and go: well-behaved ones, slow ones, and ones that never read. */
import { CLOSE } from "@screen-share/protocol";
import { Client, timeToLeave } from "@screen-share/protocol/testing/client";
import { TestViewer, type TestViewerOptions } from "@screen-share/protocol/testing/test-viewer";
import { mint } from "../tokens.ts";
import type { Behaviour, Visitor } from "./behaviour.ts";

/** Watches with a replica. @returns the code if the relay closed the connection, or undefined if we left */
async function watch(
  { port, room, random, leaving }: Visitor,
  options: TestViewerOptions,
  stayMs?: number,
): Promise<number | undefined> {
  let leave = () => {};
  const closed = new Promise<number>((resolve) => {
    const onClosed = (code: number, byUs: boolean) => {
      // On a busy machine the relay may seem silent.
      if (!byUs || code !== CLOSE.silent) resolve(code);
    };
    const viewer = new TestViewer(port, { room, random, ...options, onClosed });
    leave = () => viewer.close();
  });
  const code = await Promise.race([closed, timeToLeave(leaving, stayMs)]);
  leave();
  return code;
}

/** The relay must not close the connection of a well-behaved viewer, unless it stops. */
function mayEnd({ blame }: Visitor, code: number | undefined, ...fine: readonly number[]): void {
  if (code === undefined || fine.includes(code)) return;
  blame(`a viewer that behaved was closed with ${code}`);
}

function watching(name: string, ackDelayMs: (random: () => number) => number): Behaviour {
  return async (visitor) => {
    const { random, room, tokens, note } = visitor;
    const stayMs = 100 + random() * 3000;
    const hides = random() < 0.3;
    const onWelcome = (viewer: TestViewer) => {
      note(`${name}: welcomed`);
      if (hides) for (const visible of [false, true]) viewer.show(visible);
    };
    const token = await tokens.get("viewer", room);
    const options = { token, onWelcome, ackDelayMs: () => ackDelayMs(random) };
    mayEnd(visitor, await watch(visitor, options, stayMs));
  };
}

export const behaves = watching("behaves", () => 0);
export const acksLate = watching("acks late", (random) => 200 + random() * 800);

/** Uses the current link, which ends when the producer ends its links. */
export const byLink: Behaviour = async (visitor) => {
  const { room, generationOf, note } = visitor;
  const generation = generationOf(room);
  const code = await watch(visitor, { token: await mint({ role: "viewer", room, generation }) });
  if (code === CLOSE.unauthorized) note("by link: ended with its generation");
  // Without a generation it is an ordinary token.
  mayEnd(visitor, code, ...(generation === undefined ? [] : [CLOSE.unauthorized]));
};

async function join({ port, room, tokens }: Visitor, plain: boolean): Promise<Client> {
  const token = await tokens.get("viewer", room);
  const query = plain ? `?room=${room}&token=${token}` : "";
  const client = new Client(port, `/ws/viewer${query}`, { plain });
  if (!plain) void client.enter(room, { token });
  return client;
}

export const hurries: Behaviour = async (visitor) => {
  const { random, leaving, note } = visitor;
  const client = await join(visitor, random() < 0.5);
  await client.untilClosed(leaving, random() * 30);
  note("hurries");
};

export const neverReads: Behaviour = async (visitor) => {
  const client = await join(visitor, visitor.random() < 0.5);
  if (await client.opened) client.socket.pause();
  visitor.note("never reads");
  mayEnd(visitor, await client.untilClosed(visitor.leaving), CLOSE.silent);
};

export const plainAndSlow: Behaviour = async (visitor) => {
  const { random, leaving, note } = visitor;
  const client = await join(visitor, true);
  const { socket } = client;
  const pace = setInterval(
    () => (socket.isPaused ? socket.resume() : socket.pause()),
    100 + random() * 500,
  );
  if (await client.opened) note("plain and slow: open");
  const code = await client.untilClosed(leaving, 500 + random() * 3000);
  clearInterval(pace);
  mayEnd(visitor, code, CLOSE.silent);
};
