/** An update that is being encoded. It is sent only if nothing has made it void meanwhile. */
import { cellsOf, type StreamDescription } from "@screen-share/protocol";
import type { Composed, FrameDamage } from "./compose.ts";
import type { PublishSession } from "./session.ts";

export interface PendingUpdateOptions {
  readonly session: PublishSession;
  readonly stream: StreamDescription;
  readonly damage: FrameDamage;
  /** Whether it begins an epoch, and so was composed from an empty baseline. */
  readonly begins: boolean;
  readonly composed: Composed;
}

export class PendingUpdate {
  constructor(private readonly options: PendingUpdateOptions) {}

  /**
   * Sends it at `now`, ms on our clock, and moves the baseline only if the socket accepted it. @returns the bytes accepted; undefined if it
   * is void, because of a refresh or a lost connection while it was being encoded. It is damage again then.
   */
  commit(now: number): number | undefined {
    const { session, stream, damage, begins, composed } = this.options;
    const { frame, baseline } = damage;
    const { subject, capturedAt, pixels } = frame;
    if (session.needsWhole(stream, subject) !== begins) return undefined;
    const { tiles, indices, levels, faint, cut } = composed;
    const keyframe = tiles.length === cellsOf(stream).count;
    const picture = { stream, subject, keyframe, cut, tiles, capturedAt, encodedAt: now };
    const bytes = session.publish(picture, now);
    if (bytes === undefined) return undefined;
    // One cell of a codec that is not divisible covers all tiles that were damaged.
    const lengths = tiles.length === indices.length ? tiles.map(({ bytes }) => bytes.length) : [];
    const { complete } = damage;
    baseline.sent({ pixels, indices, lengths, levels, faint, complete, now });
    return bytes;
  }
}
