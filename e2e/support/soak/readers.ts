/** Those that come over HTTP: for one picture, or for a stream of them that they may not even read. */
import { get, type IncomingMessage } from "node:http";
import { pick } from "./look.ts";
import { type Behaviour, sameEra } from "./town.ts";

/** Asks with a connection of its own. @returns undefined if the relay is not there */
export async function ask(port: number, path: string): Promise<IncomingMessage | undefined> {
  return await new Promise((resolve) => {
    const request = get(`http://localhost:${port}${path}`, { agent: false }, resolve);
    request.on("error", () => resolve(undefined));
  });
}

/** The body of an answer; what came of it, if it was cut off. */
export async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("error", () => undefined);
  await new Promise((resolve) => response.on("close", resolve));
  return Buffer.concat(chunks);
}

export const takesSnapshot: Behaviour = async (town, tokens) => {
  const room = pick(town.rooms, town.random);
  const era = town.era();
  const token = await tokens.get("viewer", room);
  const response = await ask(town.port, `/snapshot.jpg?room=${room}&token=${token}`);
  if (!response) return;
  const jpeg = await bodyOf(response);
  const status = response.statusCode ?? 0;
  town.note(`snapshot: ${status}`);
  const whole = jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(jpeg.length - 2) === 0xffd9;
  // 404: nobody has shared anything there yet, or has just stopped.
  const fine = status === 404 || (status === 200 && whole);
  if (!fine && sameEra(town, era)) town.complain(`a snapshot is not whole (${status})`);
};

/** Reads a stream for a while, or only opens it. */
export const readsStream: Behaviour = async (town, tokens, leaving) => {
  const { random } = town;
  const room = pick(town.rooms, random);
  const token = await tokens.get("viewer", room);
  const response = await ask(town.port, `/stream.mjpeg?room=${room}&token=${token}`);
  if (!response) return;
  const reads = random() < 0.6;
  town.note(reads ? "stream: read" : "stream: never read");
  response.on("error", () => undefined);
  const closed = new Promise((resolve) => response.on("close", resolve));
  if (reads) response.resume();
  leaving.addEventListener("abort", () => response.destroy());
  if (leaving.aborted) response.destroy();
  setTimeout(() => response.destroy(), reads ? random() * 3000 : 10_000);
  await closed;
};
