/** Clients over HTTP: for one picture, or for a stream that they may not even read. */
import { get, type IncomingMessage } from "node:http";
import { type Behaviour, sameEra } from "./behaviour.ts";
import { pick } from "./pictures.ts";

/** Sends a request on a connection of its own. @returns undefined if the relay is not there */
export async function ask(port: number, path: string): Promise<IncomingMessage | undefined> {
  return await new Promise((resolve) => {
    const request = get(`http://localhost:${port}${path}`, { agent: false }, resolve);
    request.on("error", () => resolve(undefined));
  });
}

/** The body of an answer, or the part of it that came before it was cut off. */
export async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("error", () => undefined);
  await new Promise((resolve) => response.on("close", resolve));
  return Buffer.concat(chunks);
}

export const takesSnapshot: Behaviour = async (context, tokens) => {
  const room = pick(context.rooms, context.random);
  const era = context.era();
  const token = await tokens.get("viewer", room);
  const response = await ask(context.port, `/snapshot.jpg?room=${room}&token=${token}`);
  if (!response) return;
  const jpeg = await bodyOf(response);
  const status = response.statusCode ?? 0;
  context.note(`snapshot: ${status}`);
  const whole = jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(jpeg.length - 2) === 0xffd9;
  // 404: nothing has been shared there yet, or the host has just stopped.
  const fine = status === 404 || (status === 200 && whole);
  if (!fine && sameEra(context, era)) context.complain(`a snapshot is not whole (${status})`);
};

/** Reads a stream for a while, or only opens it. */
export const readsStream: Behaviour = async (context, tokens, leaving) => {
  const { random } = context;
  const room = pick(context.rooms, random);
  const token = await tokens.get("viewer", room);
  const response = await ask(context.port, `/stream.mjpeg?room=${room}&token=${token}`);
  if (!response) return;
  const reads = random() < 0.6;
  context.note(reads ? "stream: read" : "stream: never read");
  response.on("error", () => undefined);
  const closed = new Promise((resolve) => response.on("close", resolve));
  if (reads) response.resume();
  leaving.addEventListener("abort", () => response.destroy());
  if (leaving.aborted) response.destroy();
  setTimeout(() => response.destroy(), reads ? random() * 3000 : 10_000);
  await closed;
};
