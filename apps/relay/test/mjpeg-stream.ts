/** MJPEG streams that a test opens, and their contents. */
import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import { expect } from "vitest";
import type { Hub } from "../src/core/hub.ts";
import { mjpegViewer, plainProducer, wholeJpeg } from "./participants.ts";

const OPENING = "--picture\r\n";
const FILLER = "X-Filler: 0\r\n";

/** The contents of a stream: "filler", or a picture as its bytes in latin1. */
export function contents({ written }: { readonly written: readonly Uint8Array[] }): string[] {
  const [opening, ...rest] = written.map((bytes) => Buffer.from(bytes).toString("latin1"));
  expect(opening).toBe(OPENING);
  return rest.map((text) => {
    if (text === FILLER) return "filler";
    const [head = "", ...body] = text.split("\r\n\r\n");
    const jpeg = body.join("\r\n\r\n").slice(0, -`\r\n${OPENING}`.length);
    expect(head).toBe(`Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}`);
    expect(text.endsWith(`\r\n${OPENING}`)).toBe(true);
    return jpeg;
  });
}

/** The room's picture as a stream would have it now. */
export function current(hub: Hub): string {
  const picture = hub.find("main")?.picture;
  if (!picture?.shown) throw new Error("the room shows nothing");
  return Buffer.from(picture.whole.newest(picture.shown)?.bytes ?? []).toString("latin1");
}

/** A plain producer, and a stream that is watched with a cap or none. */
export function watched(maxFps?: number) {
  const time = new FakeTime(1000);
  const { hub, session } = plainProducer();
  const show = (seed: number) => {
    const jpeg = wholeJpeg(seed);
    session.receive(jpeg, time.now());
    return Buffer.from(jpeg).toString("latin1");
  };
  const shown = show(0);
  const capped = maxFps === undefined ? {} : { maxFps };
  return { hub, session, show, shown, ...mjpegViewer(hub, {}, { time, ...capped }) };
}

/** The body of a response in chunks (RFC 9112 §7.1), as far as it has come. */
export function dechunked(response: Buffer): Buffer {
  const body: Buffer[] = [];
  let at = response.indexOf("\r\n\r\n") + 4;
  for (;;) {
    const lineEnd = response.indexOf("\r\n", at);
    const size = Number.parseInt(response.subarray(at, lineEnd).toString(), 16);
    const end = lineEnd + 2 + size;
    if (lineEnd < 0 || !(size > 0) || end > response.length) return Buffer.concat(body);
    body.push(response.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
