/** Frames and a log for tests. */
import type { Size } from "@screen-share/protocol";
import { screenLike } from "@screen-share/protocol/testing";
import type { Frame, Log } from "../src/ports.ts";

/** A frame with pixels that are easy to compare. */
export interface BufferFrame extends Frame {
  readonly pixels: Buffer;
}

/** A frame that looks like a screen; another seed makes another picture. */
export function frameOf(size: Size, seed = 1): BufferFrame {
  const { data } = screenLike(size, seed);
  return { ...size, pixels: data, capturedAt: seed * 1000, subject: "test" };
}

export function keptLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  const [debug, info, warn, error] = [keep("debug"), keep("info"), keep("warn"), keep("error")];
  return { lines, debug, info, warn, error };
}
