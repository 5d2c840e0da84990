/** Clients over HTTP: for one picture, or for a stream that they may not even read. */
import { get, type IncomingMessage } from "node:http";
import { timeToLeave } from "@screen-share/protocol/testing/client";
import type { Behaviour } from "./behaviour.ts";

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

export const takesSnapshot: Behaviour = async ({ port, room, tokens, note, blame }) => {
  const token = await tokens.get("viewer", room);
  const response = await ask(port, `/snapshot.jpg?room=${room}&token=${token}`);
  if (!response) return;
  const jpeg = await bodyOf(response);
  const status = response.statusCode ?? 0;
  note(`snapshot: ${status}`);
  const whole = jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(jpeg.length - 2) === 0xffd9;
  // 404: nothing has been shared there yet, or the host has just stopped.
  if (status !== 404 && !(status === 200 && whole)) blame(`a snapshot is not whole (${status})`);
};

/** Reads a stream for a while, or only opens it. */
export const readsStream: Behaviour = async ({ port, room, tokens, random, leaving, note }) => {
  const token = await tokens.get("viewer", room);
  const response = await ask(port, `/stream.mjpeg?room=${room}&token=${token}`);
  if (!response) return;
  const reads = random() < 0.6;
  note(reads ? "stream: read" : "stream: never read");
  response.on("error", () => undefined);
  if (reads) response.resume();
  await timeToLeave(leaving, reads ? random() * 3000 : 10_000);
  response.destroy();
};
